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


def read(words: str, asked: str = "confirm", held: dict[Field, str] | None = None) -> Understood:
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
