"""Written conversations are read strictly, and the written ones are all readable."""

from datetime import date

import pytest

from tests.dialogues.days import day_said
from tests.dialogues.playing import fits
from tests.dialogues.reading import Unreadable, conversations, read

WHOLE = """
- name: 说完就走
  channel: wechat
  told in one sentence: true
  steps:
    - customer: [我要投诉, "我的电话{phone}"]
      bot must: [抱歉 | 理解, 称呼]
      bot must not: 没有明白
      handed over: true
    - wait: 73 h
    - restart: rasa
    - operator: says 请稍等
      bot must: 请稍等
    - operator: replies
  case must: {amount: "200.00"}
  cases: 1
  handed over: false
  draft must: {name: 王*}
"""


def test_a_whole_conversation_is_read_as_it_is_written() -> None:
    [found] = read("group", WHOLE)
    assert (found.id, found.channel, found.one_sentence, found.restarts) == ("group-01", "wechat", True, {"bot"})
    first, wait, _restart, says, replies = found.steps
    assert first.said == ("我要投诉", "我的电话{phone}")
    assert (first.must, first.must_not) == ((("抱歉", "理解"), ("称呼",)), ("没有明白",))
    assert (first.handed_over, wait.handed_over) == (True, None)
    assert (wait.hours, says.operator, replies.operator) == (73, "says 请稍等", "replies")
    assert (found.case, found.cases, found.handed_over, found.draft) == (
        {"amount": "200.00"}, 1, False, {"name": "王*"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("a: 1", "a list of conversations"),
        ("- [", "not YAML"),
        ("- steps: [{customer: 你好}]", "conversation 1: it has no name"),
        ("- name: 甲\n  step: []", "group, 甲: nobody knows step"),
        ("- name: 甲", "group, 甲: it has no steps"),
        ("- name: 甲\n  steps: [{wait: 3 h}]", "the customer speaks first"),
        ("- name: 甲\n  channel: fax\n  steps: [{customer: 你好}]", "channel is one of webchat, wechat, not 'fax'"),
        ("- name: 甲\n  steps: [{customer: 你好, wait: 3 h}]", "step 1: exactly one of"),
        ("- name: 甲\n  steps: [{bot must: 你好}]", "step 1: exactly one of"),
        ("- name: 甲\n  steps: [{customer: 你好, bot should: 好}]", "step 1: nobody knows bot should"),
        ("- name: 甲\n  steps: [{customer: 200}]", "200 is no text; put it in quotes"),
        ("- name: 甲\n  steps: [{customer: 你好}, {wait: three days}]", "step 2: a wait is like"),
        ("- name: 甲\n  steps: [{customer: 你好}, {restart: world}]", "restart is one of rasa, actions"),
        ("- name: 甲\n  steps: [{customer: 你好}, {operator: sleeps}]", "operator is one of replies"),
        ("- name: 甲\n  steps: [{customer: '电话{fone}'}]", "nobody fills {fone}"),
        ("- name: 甲\n  steps: [{customer: 你好}]\n  case must: {amount: 200.00}", "200.0 is no text"),
        ("- name: 甲\n  steps: [{customer: 你好}]\n  no case: true\n  cases: 2", "no case and a case"),
        ("- name: 甲\n  steps: [{customer: 你好}]\n  handed over: perhaps", "handed over is true or false"),
        ("- name: 甲\n  steps: [{customer: 你好}]\n  cases: many", "cases is a number"),
        ("- name: 甲\n  steps: [{customer: 你好}]\n  until: X", "until is one of T, F, I"),
        ("- name: 甲\n  steps: [{customer: 你好, bot must: 好, bot must: 不好}]", "bot must stands twice"),
    ],
)
def test_what_means_nothing_is_an_error_that_names_its_place(written: str, complaint: str) -> None:
    with pytest.raises(Unreadable, match=r"^group") as refused:
        read("group", written)
    assert complaint in str(refused.value)


def test_at_least_sixty_are_written_and_ten_tell_everything_in_one_sentence() -> None:
    written = conversations()
    assert len([each for each in written if not each.until and not each.xfail]) >= 60
    assert len([each for each in written if each.one_sentence and not each.xfail]) >= 10
    assert {"bot"} <= {program for each in written for program in each.restarts}


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("今天", date(2026, 3, 4)),
        ("昨天", date(2026, 3, 3)),
        ("3天前", date(2026, 3, 1)),
        ("上周三", date(2026, 2, 25)),
        ("上周日", date(2026, 3, 1)),
        ("朝阳支行", None),
    ],
)
def test_days_are_meant_from_the_day_of_the_run(words: str, day: date | None) -> None:
    assert day_said(words, date(2026, 3, 4)) == day


def test_a_value_is_compared_as_it_is_written() -> None:
    days = {date(2026, 3, 4)}
    assert fits("200.00", "200.00", days)
    assert not fits("2000.00", "200.00", days)
    assert fits("北京朝阳支行", "~朝阳", days)
    assert not fits("卡号6222", "~!6222", days)
    assert fits("2026-03-03", "昨天", days)
    assert not fits("2026-03-04", "昨天", days)
    assert (fits("", "-", days), fits("x", "-", days), fits("x", "*", days), fits("", "*", days)) == (
        True, False, True, False,
    )  # fmt: skip
