"""What is said in one breath and without a comma, of somebody else, or of the form itself: nothing of it is lost and
nothing wrong is taken down."""

from datetime import UTC, datetime

import pytest

from casebackend.customers.personal import tokenise
from casebackend.drafts import several
from casebackend.drafts.extraction import Reader
from casebackend.drafts.rules import Field
from casebackend.drafts.values import Understood
from tests.actions.desk import Desk
from tests.casebackend.organisations.test_rules import NAMES
from tests.world import World

READER = Reader(NAMES, datetime(2026, 11, 22, 4, tzinfo=UTC))
HELD = {
    Field.FACTS: "昨天手机银行扣了我手续费",
    Field.DEMAND: "退给我",
    Field.UNIT: "another unit",
    Field.AMOUNT: "300.00",
    Field.OCCURRED_ON: "2026-11-21",
    Field.NAME: "[姓名#1]",
    Field.PHONE: "[手机#1]",
    Field.ID_NUMBER: "",
}


def read(words: str, asked: str = "confirm") -> Understood:
    understood = READER.read(words, asked, HELD)
    several.read(READER, understood, words, asked, HELD)
    return understood


def right(words: str, asked: str = "confirm") -> dict[str, str]:
    return {str(name): value.display for name, value in read(words, asked).corrected.items()}


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("钱不是三百是二百八然后日期不是昨天是前天", {"amount": "280元", "occurred_on": "2026年11月20日"}),
        (
            "嗯那个钱不是三百是三百八然后日期不是昨天是十号啊不对是十二号",
            {"amount": "380元", "occurred_on": "2026年11月12日"},
        ),
        ("日期不是昨天是十号啊不对是十二号", {"occurred_on": "2026年11月12日"}),
        ("金额改成二百呃不是二百六", {"amount": "260元"}),
        ("算了还是200吧，刚才看错了", {"amount": "200元"}),
        ("还是两百吧", {"amount": "200元"}),
        ("两千是手续费一千二是违约金，加起来才是三千二", {"amount": "3200元"}),
        ("诉求就写要求书面道歉", {"demand": "要求书面道歉"}),
    ],
)  # fmt: skip
def test_what_is_put_right_in_one_breath_is_put_right(words: str, fields: dict[str, str]) -> None:
    assert right(words) == fields


@pytest.mark.parametrize(
    "words", ["那个不对，是前天，扣的是二百六，而且不是海淀是朝阳支行", "网点是朝阳支行，扣的是二百六"]
)
def test_a_sum_told_beside_a_correction_is_asked_about_and_not_passed_over(words: str) -> None:
    done = read(words)
    assert done.unclear
    assert Field.AMOUNT not in done.corrected


@pytest.mark.parametrize(
    ("words", "field"),
    [("电话尾号是5679", Field.PHONE), ("名字是我的不是我爸的", Field.NAME), ("诉求里把扣奖金去掉", Field.DEMAND)],
)
def test_a_field_that_is_spoken_of_is_asked_again_and_no_piece_of_the_story(words: str, field: Field) -> None:
    done = read(words)
    assert (done.wrong, done.values, done.corrected) == (field, {}, {})


def test_another_story_at_the_read_back_is_kept_in_its_words() -> None:
    told = "昨天朝阳支行ATM吞了我一千块，赶紧还我"
    assert read(told).values[Field.FACTS].value == told


@pytest.mark.parametrize(
    ("words", "asked", "values"),
    [
        ("忘了哪天", "field.unit", {"occurred_on": "不清楚"}),
        ("不记得是哪个网点了", "field.occurred_on", {"unit": "不清楚"}),
        ("忘了", "field.unit", {"unit": "不清楚"}),
        ("把钱还我", "field.unit", {"demand": "把钱还我"}),
        ("啥叫诉求", "field.demand", {}),
        ("你们什么破机器人问问问", "field.demand", {}),
        ("什么破银行，把钱退了", "field.demand", {"demand": "什么破银行，把钱退了"}),
        ("我妈叫[姓名#2]", "field.name", {}),
        ("不想", "field.id_number", {"id_number": "不提供"}),
    ],
)
def test_what_answers_something_else_is_no_answer(words: str, asked: str, values: dict[str, str]) -> None:
    found = READER.read(words, asked, ()).values
    assert {str(name): value.display for name, value in found.items()} == values


def test_money_that_others_should_pay_is_no_money_of_the_case() -> None:
    assert read("光道歉不行，还要扣他奖金").about_money is None
    assert read("你们乱扣钱").about_money


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("我妈叫李桂芳", "我妈叫[姓名#1]"),
        ("我叫周大友 父亲叫周建国", "我叫[姓名#1] 父亲叫[姓名#2]"),
        ("我妈叫我来投诉", "我妈叫我来投诉"),
        ("我叫周大有", "我叫[姓名#1]"),
    ],
)
def test_the_name_of_a_relative_is_a_name_and_no_more(text: str, kept: str) -> None:
    assert tokenise(text, "field.name").text == kept


async def test_who_files_for_his_mother_gives_his_own_name_and_may_put_it_right(world: World) -> None:
    desk = Desk(world)
    await desk.say("我替我妈投诉，她昨天在北京海淀支行被误导买了五万块保险，要求退保", "action_intake")
    await desk.say("我妈叫李桂芳", "action_intake")
    assert desk.open == "field.name"
    await desk.say("我叫周大友", "action_intake")
    assert await desk.say("我叫周小有", "action_intake") == ["utter_taken_down", "utter_ask_phone"]
    await desk.say("13812345678", "action_intake")
    await desk.say("不提供", "action_intake")
    assert "姓名：周**" in desk.words


async def test_who_says_that_all_is_wrong_begins_anew(world: World) -> None:
    desk = Desk(world)
    await desk.say("我叫周大友，13812345678，昨天北京海淀支行扣了我200块年费，退给我", "action_intake")
    await desk.say("不提供", "action_intake")
    assert (await desk.say("重新来吧全错了", "action_intake"))[0] == "utter_started_anew"
