"""One message answers the open question and puts something else right."""

from datetime import UTC, datetime

import pytest

from casebackend.drafts.extraction import Reader
from tests.actions.desk import Desk
from tests.casebackend.organisations.test_rules import NAMES
from tests.world import World

READER = Reader(NAMES, datetime(2026, 11, 22, 4, tzinfo=UTC))
BOTH = "把亏的钱赔给我啊，那个柜员叫王什么丽的也要处分，对了不是8万是8万5，你们一般几天给答复？"


def read(words: str, asked: str) -> tuple[dict[str, str], dict[str, str]]:
    done = READER.read(words, asked)
    return tuple({str(name): value.display for name, value in each.items()} for each in (done.values, done.corrected))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("words", "asked", "answer", "right"),
    [
        (
            BOTH,
            "field.demand",
            {"demand": "把亏的钱赔给我啊，那个柜员叫王什么丽的也要处分"},
            {"amount": "85000元"},
        ),
        ("金额改成300，要求道歉", "field.demand", {"demand": "要求道歉"}, {"amount": "300元"}),
        ("不是8万，是8万5，处分那个柜员", "field.demand", {"demand": "处分那个柜员"}, {"amount": "85000元"}),
        ("我叫[姓名#1]，对了不是8万是8万5", "field.name", {"name": "[姓名#1]"}, {"amount": "85000元"}),
        ("[手机#1]，金额改成300", "field.phone", {"phone": "[手机#1]"}, {"amount": "300元"}),
        ("不方便提供，金额改成300", "field.id_number", {"id_number": "不提供"}, {"amount": "300元"}),
        ("昨天，金额应该是300", "field.occurred_on", {"occurred_on": "2026年11月21日"}, {"amount": "300元"}),
        ("海淀支行，不是300是500", "field.unit", {"unit": "北京海淀支行"}, {"amount": "500元"}),
    ],
)
def test_both_are_taken(words: str, asked: str, answer: dict[str, str], right: dict[str, str]) -> None:
    assert read(words, asked) == (answer, right)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("不是8万是8万5", "field.demand"),
        ("金额写错了，应该是300，不好意思", "field.demand"),
        ("日期改成11月5号，几天给答复？", "field.demand"),
        ("不，金额改成300", "field.id_number"),
        ("不是300是500", "field.occurred_on"),
        ("金额改成300，要求道歉", "confirm"),
    ],
)
def test_a_correction_with_a_word_of_manners_a_no_or_a_question_answers_nothing(words: str, asked: str) -> None:
    answer, right = read(words, asked)
    assert (answer, len(right)) == ({}, 1)


async def test_the_demand_is_not_asked_again(world: World) -> None:
    desk = Desk(world)
    await desk.say("我要投诉，昨天在北京海淀支行买理财产品亏了8万元", "action_intake")
    assert desk.open == "field.demand"
    assert await desk.say(BOTH, "action_intake") == ["utter_ask_name"]


@pytest.mark.parametrize(
    ("words", "asked", "right"),
    [
        ("金额300", "field.id_number", {"amount": "300元"}),
        ("金额是三百块吧", "field.name", {"amount": "300元"}),
        ("日期11月5号", "field.phone", {"occurred_on": "2026年11月5日"}),
        ("打错了，是[姓名#2]", "field.phone", {"name": "[姓名#2]"}),
    ],
)
def test_another_field_by_its_name_is_put_right_while_a_plain_one_is_open(
    words: str, asked: str, right: dict[str, str]
) -> None:
    assert read(words, asked) == ({}, right)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("金额300", "field.amount"),
        ("金额300是他们扣错的", "field.id_number"),
        ("时间3天了还没人管", "field.id_number"),
        ("金额300", "field.demand"),
        ("300", "field.id_number"),
    ],
)
def test_an_answer_a_story_and_a_bare_number_put_nothing_else_right(words: str, asked: str) -> None:
    assert read(words, asked)[1] == {}


async def test_at_the_steps_of_the_person_what_was_mistyped_is_put_right(world: World) -> None:
    desk = Desk(world)
    await desk.say("我要投诉，昨天在北京海淀支行买理财产品亏了8万元，要求赔偿损失", "action_intake")
    assert await desk.say("叫我老周就行，周建果", "action_intake") == ["utter_ask_phone"]
    assert await desk.say("打错了，是周建国", "action_intake") == ["utter_taken_down", "utter_ask_phone"]
    await desk.say("13812345678", "action_intake")
    assert await desk.say("金额300", "action_intake") == ["utter_taken_down", "utter_ask_id_number"]
    await desk.say("不提供", "action_intake")
    assert ("涉及金额：300元" in desk.words, desk.open) == (True, "confirm")
