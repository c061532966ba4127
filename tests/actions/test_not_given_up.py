"""What looks like giving up, thanks or abuse and is an answer: it is read, and the form goes on."""

import pytest

from tests.actions.desk import Desk

HALF = "我要投诉，昨天信用卡中心没经我同意就办了分期"
FEE = "我要投诉，昨天朝阳支行乱扣费，退给我"


@pytest.mark.parametrize(
    ("words", "action", "purpose"),
    [
        ("取消分期", "action_cancel", "cancel"),
        ("把这个分期给我取消掉", "action_cancel", "cancel"),
        ("撤销这笔分期交易", "action_withdraw", "withdraw"),
        ("注销信用卡", "action_cancel", "cancel"),
    ],
)
async def test_taking_back_something_of_the_bank_is_a_demand(desk: Desk, words: str, action: str, purpose: str) -> None:
    await desk.say(HALF, "action_intake", purpose="complaint")
    assert desk.open == "field.demand"
    await desk.say(words, action, purpose=purpose)
    assert desk.open is not None
    assert desk.open.startswith("field.")
    assert desk.open != "field.demand"


@pytest.mark.parametrize(
    "words",
    [
        "取消",
        "取消投诉",
        "把分期的投诉取消掉",
        "取消这份分期的投诉",
        "不投诉了",
        "算了，分期的事不投诉了",
        "不办了可以吗",
        "撤了吧",
    ],
)
async def test_giving_up_the_complaint_puts_it_aside(desk: Desk, words: str) -> None:
    await desk.say(HALF, "action_intake", purpose="complaint")
    assert await desk.say(words, "action_cancel", purpose="cancel") == ["utter_cancelled"]


async def test_a_question_taken_for_giving_up_loses_nothing(desk: Desk) -> None:
    await desk.say(HALF, "action_intake", purpose="complaint")
    asked = desk.open
    await desk.say("我都填了什么？", "action_cancel", purpose="cancel")
    assert desk.open == asked


@pytest.mark.parametrize(("words", "purpose"), [("亏了8万", "thanks"), ("他妈的扣了我300块", "abuse")])
async def test_an_amount_said_along_with_something_else_is_not_asked_again(
    desk: Desk, words: str, purpose: str
) -> None:
    await desk.say(FEE, "action_intake", purpose="complaint")
    assert desk.open == "field.amount"
    await desk.say(words, "action_resume", purpose=purpose)
    assert desk.open == "field.name"


async def test_thanks_and_abuse_alone_ask_the_same_again_and_are_no_miss(desk: Desk) -> None:
    await desk.say(FEE, "action_intake", purpose="complaint")
    for words, purpose in (("谢谢", "thanks"), ("垃圾", "abuse"), ("你好", "greet"), ("谢谢谢谢", "thanks")):
        assert await desk.say(words, "action_resume", purpose=purpose) == ["utter_ask_amount"]
    assert await desk.say("嗯嗯", "action_intake") == ["utter_not_understood", "utter_ask_amount"]
