"""Answers in the identity check, as the inbox leaves them, reach the backend; a person and a new story still win."""

from typing import Any

import pytest

READ = {
    "inform",
    "refuse",
    "correct",
    "affirm",
    "deny",
    "cancel",
    "feedback",
    "step_back",
    "out_of_scope",
    "nlu_fallback",
}
READ |= {"supplement", "second_complaint", "suggestion", "praise"}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("identity.phone", "[手机#1]"),
        ("identity.phone", "我登记的是[手机#2]"),
        ("identity.phone", "应该是[手机#1]吧"),
        ("identity.phone", "不用了"),
        ("identity.code", "[核实码]"),
        ("identity.code", "核实码是[核实码]"),
        ("identity.code", "收到了，[核实码]"),
        ("identity.code", "换个手机号"),
        ("identity.code", "重新发送核实码"),
        ("identity.code", "没收到短信"),
    ],
)
def test_an_answer_in_the_check_is_read_by_the_backend(bot: Any, asked: str, text: str) -> None:
    assert bot.purpose(text, asked) in READ


def test_a_person_wins_in_the_check(bot: Any) -> None:
    assert bot.purpose("转人工", "identity.code") == "handoff"
    assert bot.actions("handoff", "identity") == ["action_hand_off"]


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("催一下TS20260911000045", "urge"),
        ("撤诉TS20260911000045", "withdraw"),
        ("帮我查一下TS20260911000045", "progress"),
    ],
)
def test_another_number_may_be_asked_about_meanwhile(bot: Any, text: str, purpose: str) -> None:
    assert bot.purpose(text, "identity.phone") == purpose
