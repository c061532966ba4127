"""From what customers write to the fields of a complaint."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.drafts.extraction import Reader
from casebackend.drafts.phrases import asks_for
from casebackend.drafts.rules import Field, FieldState
from casebackend.drafts.values import Meant
from tests.casebackend.organisations.test_rules import NAMES
from tests.cpu import measured

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
READER = Reader(NAMES, NOW)

ALL = "被你们朝阳支行多扣了200块手续费，11月3号扣的，要求退还"
# What is written, the question that was open, and the fields that come out of it (facts are checked apart).
SENTENCES: list[tuple[str, str | None, dict[str, str]]] = [
    (ALL, None, {"amount": "200元", "occurred_on": "2026年11月3日", "unit": "北京朝阳支行", "demand": "要求退还"}),
    (
        "昨天在历下支行取5000块少给了我一百元",
        None,
        {"occurred_on": "2026年11月20日", "unit": "济南历下支行", "amount": "100元"},
    ),
    ("柜员态度恶劣，希望道歉", None, {"demand": "希望道歉"}),
    ("卡被盗刷了一万二！尽快处理！", None, {"amount": "12000元", "demand": "尽快处理"}),
    ("我要投诉", None, {}),
    ("我要投诉朝阳支行", None, {"unit": "北京朝阳支行"}),
    ("你们的短信费每个月扣2块钱，给个说法", None, {"amount": "2元", "demand": "给个说法"}),
    ("[姓名#1] [手机#1]", None, {"name": "[姓名#1]", "phone": "[手机#1]"}),
    ("他们不道歉还骂人", None, {}),
    ("银行一直不退款给我，太气人了", None, {}),
    ("柜员不给我办业务，必须给我道歉", None, {"demand": "必须给我道歉"}),
    ("信用卡年费收了我三百，上周三收的", None, {"amount": "300元", "occurred_on": "2026年11月11日"}),
    ("理财经理承诺保本，结果亏了两万五千块", None, {"amount": "25000元"}),
    ("贷款提前还款收违约金3,000元，要求减免", None, {"amount": "3000元", "demand": "要求减免"}),
    ("ATM吞了我的卡，大明湖支行的机器", None, {"unit": "济南大明湖支行"}),
    ("月初转账1.2万没到账", None, {"occurred_on": "2026年11月1日", "amount": "12000元"}),
    ("200块", "field.amount", {"amount": "200元"}),
    ("两百来块吧", "field.amount", {"amount": "200元"}),
    ("一万二", "field.amount", {"amount": "12000元"}),
    ("200", "field.amount", {"amount": "200元"}),
    ("大概三百五", "field.amount", {"amount": "350元"}),
    ("不清楚", "field.amount", {"amount": "不清楚"}),
    ("记不清了", "field.amount", {"amount": "不清楚"}),
    ("不涉及金额", "field.amount", {"amount": "不清楚"}),
    ("说不清", "field.amount", {"amount": "不清楚"}),
    ("很多钱", "field.amount", {}),
    ("人工", "field.amount", {}),
    ("昨天", "field.occurred_on", {"occurred_on": "2026年11月20日"}),
    ("上个礼拜三", "field.occurred_on", {"occurred_on": "2026年11月11日"}),
    ("11月3号，扣了200块", "field.occurred_on", {"occurred_on": "2026年11月3日", "amount": "200元"}),
    ("3号", "field.occurred_on", {"occurred_on": "2026年11月3日"}),
    ("忘了", "field.occurred_on", {"occurred_on": "不清楚"}),
    ("去那天", "field.occurred_on", {}),
    ("朝阳那个支行", "field.unit", {"unit": "北京朝阳支行"}),
    ("朝阳行", "field.unit", {"unit": "北京朝阳支行"}),
    ("不知道是哪个", "field.unit", {"unit": "不清楚"}),
    ("新华路支行", "field.unit", {}),
    ("火星支行", "field.unit", {"unit": "火星支行（待核实）"}),
    ("[姓名#1]", "field.name", {"name": "[姓名#1]"}),
    ("我叫[姓名#1]吧", "field.name", {"name": "[姓名#1]"}),
    ("[姓名#1] [手机#1]", "field.name", {"name": "[姓名#1]", "phone": "[手机#1]"}),
    ("不想说", "field.name", {}),
    ("为什么要名字？", "field.name", {}),
    ("[手机#1]", "field.phone", {"phone": "[手机#1]"}),
    ("打这个[手机#1]，白天打", "field.phone", {"phone": "[手机#1]"}),
    ("没有电话", "field.phone", {}),
    ("[证件#1]", "field.id_number", {"id_number": "[证件#1]"}),
    ("不方便提供", "field.id_number", {"id_number": "不提供"}),
    ("不提供", "field.id_number", {"id_number": "不提供"}),
    ("记不住", "field.id_number", {"id_number": "不提供"}),
    ("退钱", "field.demand", {"demand": "退钱"}),
    ("给我个说法就行", "field.demand", {"demand": "给我个说法就行"}),
    ("人工", "field.demand", {}),
    ("不知道", "field.demand", {}),
    ("这个要等几天", "field.demand", {}),
    ("刚刚", "field.demand", {"occurred_on": "2026年11月21日"}),
    ("就那次在窗口的时候", "field.demand", {}),
    ("取出来少了80块", "field.demand", {"amount": "80元"}),
    ("好的，提交吧", "field.demand", {}),
    ("退", "field.demand", {"demand": "退"}),
    ("说我妈的事，她不会弄手机，我帮她投诉", "field.demand", {}),
    ("我帮我妈投诉，要求退钱", "field.demand", {"demand": "我帮我妈投诉，要求退钱"}),
    ("把名字改过来", "field.demand", {"demand": "把名字改过来"}),
    ("退錢並且道歉", "field.demand", {"demand": "退錢並且道歉"}),
    ("妳們崂山支行扣了我兩百塊", None, {"unit": "青岛崂山支行", "amount": "200元"}),
    ("历下支航多收了我60元", None, {"unit": "济南历下支行", "amount": "60元"}),
    ("东湖支行的柜员骂我", None, {"unit": "东湖支行（待核实）"}),
    ("手机银行老是闪退，客服电话也打不通", None, {}),
    ("当初说好保本的", None, {}),
    ("这事到底谁管", None, {}),
    ("卡中心", "field.unit", {"unit": "卡中心（待核实）"}),
    ("历下", "field.unit", {"unit": "济南历下支行"}),
    ("没有", "field.amount", {"amount": "不清楚"}),
    ("上个月收了两笔，一共50", None, {"amount": "50元", "occurred_on": "2026年10月1日"}),
    ("市南支行少给我90元，证件号就不给了", None, {"unit": "青岛市南支行", "amount": "90元", "id_number": "不提供"}),
    ("直接提交吧", "field.id_number", {"id_number": "不提供"}),
    ("无", "field.id_number", {"id_number": "不提供"}),
    (
        "崂山支行 扣了120 要求退还 [姓名#1] [手机#1]",
        None,
        {"unit": "青岛崂山支行", "amount": "120元", "demand": "要求退还", "name": "[姓名#1]", "phone": "[手机#1]"},
    ),
    ("我想让你们退还200元并道歉", "field.demand", {"demand": "我想让你们退还200元并道歉", "amount": "200元"}),
]  # fmt: skip
CORRECTIONS: list[tuple[str, str | None, dict[str, str]]] = [
    ("金额改成3000", "field.name", {"amount": "3000元"}),
    ("金额应该是3,000元", None, {"amount": "3000元"}),
    ("金额不对，是300块", None, {"amount": "300元"}),
    ("不是200是300", None, {"amount": "300元"}),
    ("金额是300不是30", "field.name", {"amount": "300元"}),
    ("等等，不是三千，是三千五", "confirm", {"amount": "3500元"}),
    ("不对不对还是三千", "confirm", {"amount": "3000元"}),
    ("不是200块，而是三百五", None, {"amount": "350元"}),
    ("电话改为[手机#2]", "confirm", {"phone": "[手机#2]"}),
    ("不是[手机#1]，是[手机#2]", None, {"phone": "[手机#2]"}),
    ("网点应该是海淀支行", None, {"unit": "北京海淀支行"}),
    ("不是朝阳支行，是海淀支行", None, {"unit": "北京海淀支行"}),
    ("日期改成11月5号", "confirm", {"occurred_on": "2026年11月5日"}),
    ("时间错了，应该是上周三", None, {"occurred_on": "2026年11月11日"}),
    ("不是昨天，是前天", None, {"occurred_on": "2026年11月19日"}),
    ("姓名改成[姓名#2]", "confirm", {"name": "[姓名#2]"}),
    ("名字写错了，应该是[姓名#2]", None, {"name": "[姓名#2]"}),
    ("身份证改为[证件#2]", None, {"id_number": "[证件#2]"}),
    ("诉求改成赔礼道歉", "confirm", {"demand": "赔礼道歉"}),
    ("金额3000", "correction", {"amount": "3000元"}),
    ("日期，11月5号", "correction", {"occurred_on": "2026年11月5日"}),
    ("改电话[手机#2]", "correction", {"phone": "[手机#2]"}),
    ("300块", "correction", {"amount": "300元"}),
    ("不是历下是市南", "field.demand", {"unit": "青岛市南支行"}),
    ("海淀支行", "field.demand", {"unit": "北京海淀支行"}),
    ("等等，是崂山支行", "field.name", {"unit": "青岛崂山支行"}),
    ("[手机#2]", "field.id_number", {"phone": "[手机#2]"}),
    ("把身份证去掉", "confirm", {"id_number": "不提供"}),
    ("我姓[姓名#2]不姓达", "confirm", {"name": "[姓名#2]"}),
    ("我叫[姓名#2]不是[姓名#1]", "field.phone", {"name": "[姓名#2]"}),
    ("我不姓达，我姓[姓名#2]", "field.phone", {"name": "[姓名#2]"}),
    ("姓打错了，是姓[姓名#2]", "confirm", {"name": "[姓名#2]"}),
]


def shown(values: dict[Field, object]) -> dict[str, str]:
    return {str(name): value.display for name, value in values.items() if name is not Field.FACTS}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("written", "asked", "meant"), SENTENCES, ids=[each[0][:24] for each in SENTENCES])
def test_messy_sentences_fill_the_right_fields(written: str, asked: str | None, meant: dict[str, str]) -> None:
    understood = READER.read(written, asked)
    assert shown(understood.values) == meant  # type: ignore[arg-type]
    assert not understood.corrected
    if asked:
        wanted = asked.removeprefix("field.")
        assert understood.answered == (wanted in meant or written == "新华路支行")


@pytest.mark.parametrize(("written", "asked", "meant"), CORRECTIONS, ids=[each[0] for each in CORRECTIONS])
def test_a_correction_changes_that_field_and_nothing_else(
    written: str, asked: str | None, meant: dict[str, str]
) -> None:
    understood = READER.read(written, asked)
    assert {str(name): value.display for name, value in understood.corrected.items()} == meant
    assert not understood.values


def test_the_table_is_messy_enough() -> None:
    assert len(SENTENCES) + len(CORRECTIONS) >= 60


@pytest.mark.parametrize(
    "written",
    [
        "我要投诉", "你好，我要投诉你们", "我要投诉朝阳支行", "投诉", "人工", "好的", "[手机#1]", "我叫[姓名#1]",
        "1", "", "😡😡😡😡", "123456", "3000元", "……", "2026-03-05", "💰600",
    ],
)  # fmt: skip
def test_an_announcement_tells_nothing(written: str) -> None:
    assert Field.FACTS not in READER.read(written, None).values
    assert not READER.read(written, "field.facts").answered


@pytest.mark.parametrize("written", [ALL, "柜员骂人", "卡被吞了还不给取", "排队三个小时没人管"])
def test_a_story_is_the_facts(written: str) -> None:
    assert READER.read(written, "field.facts").values[Field.FACTS].value == written
    assert READER.read(written, None).values[Field.FACTS].value == written


@pytest.mark.parametrize(
    ("written", "money"),
    [
        (ALL, True),
        ("态度太差", None),
        ("不涉及金额，就是态度差", False),
        ("理财亏了", True),
        ("被扣费了", True),
        ("柜员骂人", None),
    ],
)
def test_money_is_noticed_and_denied(written: str, money: bool | None) -> None:
    assert READER.read(written, None).about_money is money


@pytest.mark.parametrize(
    ("written", "asked", "wrong"),
    [
        ("手机号写错了", "field.id_number", Field.PHONE),
        ("日期不对", "confirm", Field.OCCURRED_ON),
        ("改一下诉求", "confirm", Field.DEMAND),
        ("金额", "correction", Field.AMOUNT),
        ("金额", "field.name", None),
        ("电话", "field.phone", None),
    ],
)
def test_what_is_wrong_is_asked_again(written: str, asked: str, wrong: Field | None) -> None:
    assert READER.read(written, asked).wrong is wrong


def test_more_of_the_story_is_added_and_a_question_is_not() -> None:
    added = READER.read("经过里再加一句：保安也在场", "confirm")
    assert added.values[Field.FACTS].value == "保安也在场"
    assert not added.corrected
    assert not READER.read("交了以后几天回复", "confirm").values


def test_a_face_or_a_bare_number_is_no_demand() -> None:
    for written in ("😡😡", "👍👍👍", "123456"):
        assert not READER.read(written, "field.demand").answered


def test_two_units_of_one_name_are_offered() -> None:
    understood = READER.read("新华路支行", "field.unit")
    assert [unit.name for unit in understood.units] == ["北京新华路支行", "济南新华路支行"]
    assert READER.read("济南新华路支行", "field.unit").values[Field.UNIT].display == "济南新华路支行"


def test_an_answer_to_another_question_is_not_added_to_the_story() -> None:
    assert Field.FACTS not in READER.read("应该是在上个月15号的下午三点多钟", "field.occurred_on").values
    assert Field.FACTS in READER.read("对了柜员还当着很多人的面骂了我好几句", "field.name").values


@pytest.mark.parametrize("written", ["返回", "上一步", "返回上一步", "*"])
def test_back_is_back(written: str) -> None:
    assert READER.read(written, "field.name").back


@pytest.mark.parametrize("asked", ["field.facts", "field.demand", "field.occurred_on", "field.phone", "confirm"])
@pytest.mark.parametrize(
    "written", ["退回去", "返回刚才那个问题", "刚才那题答错了", "上一题不算", "后退一步", "手滑 回上一题"]
)
def test_what_was_taken_for_a_step_back_is_one_in_any_words(written: str, asked: str) -> None:
    read = READER.read(written, asked, meant=Meant.STEP_BACK)
    assert (read.back, read.values, read.corrected) == (True, {}, {})


@pytest.mark.parametrize(
    ("written", "asked", "field"),
    [
        ("把钱退回去", "field.demand", Field.DEMAND),
        ("让他们退", "field.demand", Field.DEMAND),
        ("退还给我就行", "field.demand", Field.DEMAND),
        ("退回去，金额改成300元", "field.phone", Field.AMOUNT),
        ("返回，我叫[姓名#1]", "field.name", Field.NAME),
        ("上一题错了，是昨天的事", "field.occurred_on", Field.OCCURRED_ON),
    ],
)
def test_a_step_back_that_tells_something_is_read(written: str, asked: str, field: Field) -> None:
    read = READER.read(written, asked, meant=Meant.STEP_BACK)
    assert (read.back, field in {**read.values, **read.corrected}) == (False, True)


@pytest.mark.parametrize(
    ("written", "asked", "state"),
    [
        ("手头没证件", "field.id_number", FieldState.REFUSED),
        ("没带身份证", "field.id_number", FieldState.REFUSED),
        ("这个先放放", "field.occurred_on", FieldState.UNKNOWN),
        ("估不出来", "field.amount", FieldState.UNKNOWN),
    ],
)
def test_what_was_taken_for_a_refusal_leaves_empty_what_may_be(written: str, asked: str, state: FieldState) -> None:
    read = READER.read(written, asked, meant=Meant.REFUSE)
    assert (read.answered, read.values[Field(asked.removeprefix("field."))].state) == (True, state)


@pytest.mark.parametrize(
    ("written", "asked"),
    [("凭什么要我的证件", "field.id_number"), ("没有手机", "field.id_number"), ("手机没带", "field.phone")],
)
def test_a_refusal_of_something_else_or_a_question_why_leaves_nothing_empty(written: str, asked: str) -> None:
    assert not READER.read(written, asked, meant=Meant.REFUSE).answered


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("日期改成记不清了", Field.OCCURRED_ON),
        ("日期其实我也说不准是哪天", Field.OCCURRED_ON),
        ("证件号改成不提供", Field.ID_NUMBER),
        ("不用填证件号", Field.ID_NUMBER),
        ("我不想留证件号了", Field.ID_NUMBER),
        ("金额其实没有，不涉及金额", Field.AMOUNT),
        ("金额改成不涉及", Field.AMOUNT),
        ("金额删掉", Field.AMOUNT),
        ("机构那里我其实不确定是哪家", Field.UNIT),
    ],
)
def test_at_the_read_back_a_field_is_emptied_and_nothing_goes_into_the_story(written: str, field: Field) -> None:
    read = READER.read(written, "confirm")
    assert {name: value.state for name, value in read.corrected.items()} == {
        field: FieldState.REFUSED if field is Field.ID_NUMBER else FieldState.UNKNOWN
    }
    assert (read.values, read.answered) == ({}, True)


@pytest.mark.parametrize(
    "written",
    [
        "电话我打了三遍都没人接",
        "柜员说身份证不合格还骂我",
        "证件我都带齐了柜员还不给办",
        "网点的保安还推了我一下",
        "他们没有给我看证件就办了",
    ],
)
def test_a_story_that_names_a_field_stays_a_story_at_the_read_back(written: str) -> None:
    read = READER.read(written, "confirm")
    assert (set(read.values), read.corrected) == ({Field.FACTS}, {})


@pytest.mark.parametrize(
    "written", ["日期改成猴年马月", "我不想留电话号码了", "金额没错", "金额不用改", "网点没有人管"]
)
def test_what_changes_no_field_writes_nothing_into_the_story(written: str) -> None:
    read = READER.read(written, "confirm")
    assert (read.values, read.corrected, read.wrong) == ({}, {}, None)


def test_a_refusal_at_the_read_back_is_no_piece_of_the_story() -> None:
    assert READER.read("这些事情我不太想说给你们听了", "confirm", meant=Meant.REFUSE).values == {}


def test_while_another_question_is_open_a_field_is_emptied_in_words_of_a_change_only() -> None:
    assert READER.read("日期改成记不清了", "field.phone").corrected[Field.OCCURRED_ON].state is FieldState.UNKNOWN
    assert READER.read("日期记不清了", "field.phone").corrected == {}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("请问您贵姓", Field.NAME),
        ("您怎么称呼", Field.NAME),
        ("请留一下您的联系电话", Field.PHONE),
        ("您的手机号是多少", Field.PHONE),
        ("报一下身份证号", Field.ID_NUMBER),
        ("扣了多少钱", Field.AMOUNT),
        ("是哪一天发生的", Field.OCCURRED_ON),
        ("在哪个支行办的", Field.UNIT),
        ("您希望我们怎么处理", Field.DEMAND),
        ("请问有什么可以帮您", Field.FACTS),
        ("好的，王先生。请问您的联系电话是多少", Field.PHONE),
        ("好的，感谢来电", None),
    ],
)
def test_an_agents_question_tells_which_field_is_answered_next(said: str, field: Field | None) -> None:
    assert asks_for(said) is field


@given(st.text(max_size=200), st.sampled_from([None, "confirm", "correction", *(f"field.{name}" for name in Field)]))
def test_no_text_is_too_strange(text: str, asked: str | None) -> None:
    READER.read(text, asked)


@pytest.mark.parametrize(
    "attack", ["1" * 4_000, "不是" * 2_000, "一" * 4_000, "要求，" * 1_300, "金额" * 2_000, "上个" * 2_000, " " * 4_000]
)
def test_a_hostile_text_takes_no_time(attack: str) -> None:
    with measured() as took:
        READER.read(attack, "correction")
    assert took[0] < 0.5


@pytest.mark.parametrize(
    ("written", "asked", "meant"),
    [
        ("我也不知道想咋样，你们给查查", "field.demand", {"demand": "你们给查查"}),
        ("我叫[姓名#1]", "field.demand", {"name": "[姓名#1]"}),
        ("朝阳", "field.demand", {"unit": "北京朝阳支行"}),
        ("哈哈哈逗你的", "field.demand", {}),
        ("唔提供", "field.id_number", {"id_number": "不提供"}),
        ("skip", "field.id_number", {"id_number": "不提供"}),
        ("不提公", "field.id_number", {"id_number": "不提供"}),
    ],
)
def test_what_customers_said_to_the_bot_and_it_took_wrongly(written: str, asked: str, meant: dict[str, str]) -> None:
    understood = READER.read(written, asked)
    assert {str(name): value.display for name, value in understood.values.items()} == meant
