"""Several things put right in one message: each is applied, or what could not be is asked about."""

from datetime import UTC, datetime

import pytest

from casebackend.drafts import several, spellings
from casebackend.drafts.extraction import Reader
from casebackend.drafts.rules import Field
from casebackend.drafts.values import Understood
from tests.actions.desk import Desk
from tests.casebackend.organisations.test_rules import NAMES
from tests.world import World

READER = Reader(NAMES, datetime(2026, 11, 22, 4, tzinfo=UTC))
STORY = "昨天在柜台买理材，亏了三千，经理说是机金不会亏"
HELD = {
    Field.FACTS: STORY,
    Field.DEMAND: "把理材款退换给我",
    Field.AMOUNT: "3000.00",
    Field.OCCURRED_ON: "2026-11-21",
    Field.NAME: "[姓名#1]",
    Field.PHONE: "[手机#1]",
}


def read(words: str, asked: str | None = "confirm", held: dict[Field, str] | None = None) -> Understood:
    held = HELD if held is None else held
    understood = READER.read(words, asked, held)
    told: dict[Field, str] = {name: value for name, value in held.items() if name in {Field.FACTS, Field.DEMAND}}
    spellings.read(understood, words, asked, told)
    several.read(READER, understood, words, asked, held)
    return understood


def right(understood: Understood) -> dict[str, str]:
    return {str(name): value.value for name, value in understood.corrected.items()}


BOTH = "昨天在柜台买理财，亏了五千，经理说是机金不会亏"


@pytest.mark.parametrize(
    "words",
    [
        "理材改成理财，三千改成五千",
        "理材改成理财 三千改成五千",
        "把理材改成理财，还有三千改成五千",
        "理材改成理财；另外三千要改成五千",
        "理材改成理財，三千改成五千",
        "理材应该改成理财、三千应该改成五千，谢谢",
    ],
)
@pytest.mark.parametrize("asked", ["confirm", "correction"])
def test_each_of_two_words_is_put_right_and_the_amount_with_its_word(words: str, asked: str) -> None:
    done = read(words, asked)
    found = right(done)
    assert found[Field.AMOUNT] == "5000.00"
    assert found[Field.FACTS].replace("理財", "理财") == BOTH
    assert found[Field.DEMAND].replace("理財", "理财") == "把理财款退换给我"
    assert (done.values, done.answered, done.unclear) == ({}, True, False)


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("金额改成五千，日期改成前天", {"amount": "5000.00", "occurred_on": "2026-11-20"}),
        ("不是三千是五千，也不是昨天是前天", {"amount": "5000.00", "occurred_on": "2026-11-20"}),
        ("诉求改成赔礼道歉，金额改成五千", {"demand": "赔礼道歉", "amount": "5000.00"}),
        ("金额写错了，应该是五千，日期也写错了，应该是前天", {"amount": "5000.00", "occurred_on": "2026-11-20"}),
        ("金额改成五千，不是三千，日期改成前天", {"amount": "5000.00", "occurred_on": "2026-11-20"}),
        ("我叫[姓名#2]不是[姓名#1]，电话改成[手机#2]", {"name": "[姓名#2]", "phone": "[手机#2]"}),
        ("金额是五千不是三千，日期是前天不是昨天", {"amount": "5000.00", "occurred_on": "2026-11-20"}),
        ("不是理材是理财，也不是三千是五千", {"facts": STORY.replace("理材", "理财"), "amount": "5000.00"}),
        ("不是理材，是理财，三千不对，应该改成五千", {"facts": BOTH, "amount": "5000.00"}),
        ("電話改成[手机#2]，金額改成五千", {"phone": "[手机#2]", "amount": "5000.00"}),
    ],
)
def test_each_field_is_put_right(words: str, fields: dict[str, str]) -> None:
    found = right(read(words))
    assert {name: found.get(name) for name in fields} == fields


def test_what_a_demand_says_with_commas_stays_one_demand() -> None:
    assert right(read("诉求改成退钱，把账户改成正常")) == {"demand": "退钱，把账户改成正常"}


@pytest.mark.parametrize(
    "words",
    [
        "理材改成理财，保险改成存款",
        "不是理材是理财，也不是保险是存款",
        "金额改成五千，东西改成别的",
        "理材改成理财，八百改成九百",
    ],
)
def test_what_is_not_found_is_asked_about_and_the_other_is_put_right(words: str) -> None:
    done = read(words)
    assert done.corrected
    assert done.unclear


def test_which_is_wrong_without_what_is_right_is_asked_after_the_other_is_put_right() -> None:
    done = read("金额改成五千，电话写错了")
    assert (right(done), done.wrong, done.unclear) == ({"amount": "5000.00"}, Field.PHONE, False)
    two = read("金额改成五千，电话写错了，名字也写错了")
    assert (right(two), two.wrong, two.unclear) == ({"amount": "5000.00"}, None, True)


def test_a_number_of_the_story_that_is_not_the_amount_leaves_the_amount() -> None:
    held = HELD | {Field.FACTS: "我存了三千，手续费扣了五十", Field.AMOUNT: "50.00"}
    assert right(read("三千改成五千", held=held)) == {"facts": "我存了五千，手续费扣了五十"}
    assert right(read("五十改成八十", held=held)) == {"amount": "80.00", "facts": "我存了三千，手续费扣了八十"}


def test_a_number_that_stands_nowhere_is_taken_for_the_one_field_of_its_kind_at_the_read_back_only() -> None:
    assert right(read("八百改成九百")) == {"amount": "900.00"}
    assert right(read("八百改成九百", "field.demand")) == {}


def test_what_is_said_besides_and_not_understood_is_asked_about_however_short() -> None:
    done = read("金额改成80，日期改成前天，另外那个客服还骂我")
    assert (right(done)[Field.AMOUNT], done.unclear) == ("80.00", True)


@pytest.mark.parametrize("asked", ["confirm", "field.id_number"])
@pytest.mark.parametrize("words", ["理财改成保险，三万改成五万", "理財改成保險，三萬改成五萬"])
def test_what_was_told_in_one_script_is_put_right_in_the_other(words: str, asked: str) -> None:
    told = HELD | {Field.FACTS: "柜员硬给我開了个理財，三萬塊锁了一年", Field.AMOUNT: "30000.00"}
    found = right(read(words, asked, told))
    assert found[Field.FACTS] in {"柜员硬给我開了个保险，五万塊锁了一年", "柜员硬给我開了个保險，五萬塊锁了一年"}
    assert found[Field.AMOUNT] == "50000.00"


def test_a_number_inside_another_one_is_not_touched() -> None:
    held = HELD | {Field.FACTS: "亏了两万三千五，手续费三千", Field.AMOUNT: "3000.00"}
    assert right(read("三千改成五千", held=held))["facts"] == "亏了两万三千五，手续费五千"


@pytest.mark.parametrize(
    "words",
    [
        "不是我转的，是他们转的，也不是我儿子转的是骗子转的",
        "经理后来把合同改成别的，又把利率改成以前那样",
        "不是三千块的事，是态度问题",
    ],
)
def test_a_story_is_a_story(words: str) -> None:
    for asked in ("field.demand", "field.facts"):
        assert not {Field.AMOUNT, Field.FACTS} & set(read(words, asked).corrected)


def test_wishes_that_things_be_changed_stay_the_demand() -> None:
    held: dict[Field, str] = {name: value for name, value in HELD.items() if name is not Field.DEMAND}
    words = "把合同改成原来的，把利率改成以前那样"
    done = read(words, "field.demand", held)
    assert (done.values[Field.DEMAND].value, done.corrected, done.unclear) == (words, {}, False)


def test_while_a_question_is_open_the_answer_beside_them_is_taken() -> None:
    done = read("[手机#2]，理材改成理财，三千改成五千", "field.phone", {k: v for k, v in HELD.items() if k != "phone"})
    assert done.values[Field.PHONE].value == "[手机#2]"
    assert right(done)[Field.AMOUNT] == "5000.00"


@pytest.mark.parametrize(
    "words",
    [
        "要求把三千改成五千",
        "我要他们把手续费三千改成五百",
        "希望把昨天改成前天",
        "要求把三千改成五千，把日期改成前天",
        "我要把三千改成五千，并把昨天改成前天",
    ],
)
def test_what_should_be_changed_by_the_bank_is_the_demand_in_its_own_words(words: str) -> None:
    done = read(words, "field.demand", {name: value for name, value in HELD.items() if name is not Field.DEMAND})
    assert (done.values[Field.DEMAND].value, done.corrected, done.answered) == (words, {}, True)


@pytest.mark.parametrize(
    "words",
    ["柜员把三千改成五千", "他把我的存单三千改成五千", "经理偷偷把三千改成五千", "合同上三千改成五千了"],
)
@pytest.mark.parametrize("asked", ["field.facts", None, "field.unit", "confirm"])
def test_what_somebody_else_changed_is_told_and_puts_nothing_right(words: str, asked: str | None) -> None:
    done = read(words, asked)
    assert (done.values[Field.FACTS].value, done.corrected) == (words, {})


def test_who_changed_it_stays_told_beside_what_is_put_right() -> None:
    found = right(read("三千改成五千，理材改成理财，柜员偷偷把存单上的五千改成八千"))
    assert found["facts"] == f"{BOTH}\n柜员偷偷把存单上的五千改成八千"
    assert found["amount"] == "5000.00"


def test_who_wants_it_changed_in_the_form_is_not_wishing_for_it() -> None:
    assert right(read("我要把三千改成五千"))["amount"] == "5000.00"
    assert right(read("我写的三千改成五千"))["amount"] == "5000.00"
    assert right(read("经理改成行长，三千改成五千"))["facts"] == STORY.replace("经理", "行长").replace("三千", "五千")


@pytest.mark.parametrize("words", ["存折上的三千改成五千", "利息三千改成五千"])
def test_a_number_with_words_of_its_own_is_not_that_of_the_field(words: str) -> None:
    assert read(words).corrected == {}


def test_one_change_alone_puts_nothing_right_where_a_story_or_a_demand_is_asked_for() -> None:
    for asked in ("field.facts", "field.demand", None):
        assert read("三千改成五千", asked).corrected == {}
    assert right(read("三千改成五千", "field.unit"))["amount"] == "5000.00"


def test_a_wish_for_another_thing_than_that_of_the_story_is_asked_about_while_the_story_is_the_question() -> None:
    done = read("请把理材改成存款", "field.facts")
    assert (done.values, done.corrected, done.unclear) == ({}, {}, True)
    assert right(read("请把理材改成理财", "field.facts")) == {"facts": STORY.replace("理材", "理财")}


def test_the_telephone_by_its_name_is_put_right_beside_the_others() -> None:
    assert right(read("三千改成五千，理材改成理财，我的电话是[手机#2]", "field.unit"))["phone"] == "[手机#2]"


@pytest.mark.parametrize("words", ["请你把三千改成五千", "您帮我把三千改成五千", "三千改成五千，不是八千"])
def test_at_the_read_back_it_is_said_to_whoever_fills_in_the_form(words: str) -> None:
    found = right(read(words))
    assert (found["amount"], found["facts"]) == ("5000.00", STORY.replace("三千", "五千"))


def test_what_is_told_beside_the_answer_is_added_to_the_story() -> None:
    done = read("三千改成五千，朝阳支行，另外经理骂我", "field.unit")
    assert done.values[Field.UNIT].display == "北京朝阳支行"
    assert right(done)["facts"] == STORY.replace("三千", "五千") + "\n经理骂我"


UNASKED: dict[Field, str] = {name: value for name, value in HELD.items() if name not in {Field.NAME, Field.PHONE}}


def test_what_is_said_besides_while_another_question_is_open_is_taken() -> None:
    done = read("三千改成五千，理材改成理财，我的电话是[手机#2]，我叫[姓名#2]", "field.unit", UNASKED)
    assert {name: value.value for name, value in done.values.items()} == {"phone": "[手机#2]", "name": "[姓名#2]"}
    assert (right(done)["amount"], done.answered, done.unclear) == ("5000.00", False, False)
    done = read("三千改成五千，理材改成理财，朝阳支行，我的电话是[手机#2]", "field.unit", UNASKED)
    assert (done.values[Field.UNIT].display, done.values[Field.PHONE].value) == ("北京朝阳支行", "[手机#2]")
    assert done.answered
    done = read("三千改成五千，理材改成理财，中山路支行，我的电话是[手机#2]", "field.unit", UNASKED)
    assert done.values[Field.UNIT].display == "中山路支行（待核实）"


def test_another_name_than_the_one_that_is_held_is_asked_about() -> None:
    done = read("三千改成五千，理材改成理财，我叫[姓名#2]", "field.unit")
    assert done.unclear
    assert Field.NAME not in done.corrected
    assert right(done)["amount"] == "5000.00"


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("三千改成五千，电话是[手机#2]", "phone", "[手机#2]"),
        (
            "三千改成五千，理材改成理财，另外那个经理还当众骂我…让我滚出去",
            "facts",
            f"{BOTH}\n那个经理还当众骂我…让我滚出去",
        ),
        ("三千改成五千，理材改成理财，并且要求经理赔礼道歉", "demand", "把理财款退换给我；要求经理赔礼道歉"),
    ],
)
def test_what_is_said_besides_at_the_read_back_is_taken(words: str, field: str, value: str) -> None:
    assert right(read(words))[field] == value


@pytest.mark.parametrize(
    ("words", "asked", "wish"),
    [
        ("三千改成五千，并且要求经理赔礼道歉", "confirm", "要求经理赔礼道歉"),
        ("金额改成五千，日期改成前天，我要全额退款", "field.phone", "我要全额退款"),
        ("金额改成五千，日期改成前天，我要全额退款", "field.facts", "我要全额退款"),
        ("金额改成五千，我要全额退款", "confirm", "我要全额退款"),
    ],
)
def test_a_demand_besides_is_one_more_demand_and_replaces_none(words: str, asked: str, wish: str) -> None:
    done = read(words, asked)
    assert (done.values[Field.DEMAND].value, right(done)["amount"]) == (wish, "5000.00")
    assert Field.DEMAND not in done.corrected


def test_while_the_story_is_the_question_it_is_added_to_and_not_replaced() -> None:
    found = right(read("金额改成五千，日期改成前天，经理还当众骂我让我滚出去", "field.facts"))
    assert found["facts"] == f"{STORY}\n经理还当众骂我让我滚出去"


def test_what_is_said_besides_and_cannot_be_read_is_asked_about() -> None:
    assert read("金额改成五千，日期改成前天，红烧肉番茄炒蛋", "field.phone").unclear
    for fine in ("其他的都没有问题了", "谢谢你们了辛苦了", "就这样提交吧可以了"):
        done = read(f"金额改成五千，日期改成前天，{fine}")
        assert (set(done.corrected), done.values, done.unclear) == ({Field.AMOUNT, Field.OCCURRED_ON}, {}, False)


@pytest.mark.parametrize(
    "words",
    [
        "三千改成五千，不对，还是三千",
        "三千改成五千，算了不改了",
        "三千改成五千吧，哦不，三千没错",
        "三千改成五千，不对，应该改成八千",
        "三千改成五千，改成八千",
        "金额改成五千，算了不改了",
        "理材改成理财，三千改成五千，还是算了",
    ],
)
@pytest.mark.parametrize("asked", ["confirm", "field.phone"])
def test_a_change_of_mind_changes_nothing_and_is_asked_about(words: str, asked: str) -> None:
    done = read(words, asked)
    assert (done.values, done.corrected, done.unclear) == ({}, {}, True)


def test_what_was_put_right_is_put_right_once_more_wherever_it_stands() -> None:
    found = right(read("三千改成五千，五千改成八千"))
    assert (found["amount"], found["facts"]) == ("8000.00", STORY.replace("三千", "八千"))


async def test_the_customer_hears_what_was_put_right_and_is_asked_for_the_rest(world: World) -> None:
    desk = Desk(world)
    told = "我要投诉，昨天手机银行买理材亏了三千元，要求退还，我叫王小明，电话13812345678"
    await desk.say(told, "action_intake")
    while desk.open != "confirm":
        answer = {"field.unit": "不清楚是哪家", "field.id_number": "不提供"}[str(desk.open)]
        await desk.say(answer, "action_intake")
    said = await desk.say("理材改成理财，三千改成五千", "action_intake", purpose="correct")
    assert said == ["utter_changed", "utter_summary_money"]
    assert "涉及金额：5000元" in desk.words
    assert "买理财亏了五千元" in desk.words
    said = await desk.say("理财改成基金，保险改成存款", "action_intake", purpose="correct")
    assert said == ["utter_changed", "utter_which_line"]


@pytest.mark.parametrize("asked", ["field.id_number", "confirm"])
@pytest.mark.parametrize("said", ["金额改成3200，日期是12号", "金额改成3200，日期是十号啊不对是十二号"])
def test_a_second_line_that_is_only_named_is_put_right_with_the_first(said: str, asked: str) -> None:
    assert {name: value.value for name, value in read(said, asked).corrected.items()} == {
        Field.AMOUNT: "3200.00",
        Field.OCCURRED_ON: "2026-11-12",
    }


def test_what_happened_told_beside_one_correction_at_the_read_back_is_asked_about_and_not_passed_over() -> None:
    done = read("金额改成三千五，他们还骂我", "confirm")
    assert done.corrected[Field.AMOUNT].value == "3500.00"
    assert done.unclear
    assert not read("金额改成三千五，其他不变", "confirm").unclear
