from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.assist.facts import Facts, in_form, ready
from casebackend.assist.rules import confidence, phrasing, pieces, summary
from casebackend.assist.wording import VARIABLES, filled, remedies_on, with_empathy
from casebackend.assist.wording import wording as data
from casebackend.notifications.words import words
from knowledge.sayable import forbidden

KNOWN = {"客户称呼": "尊敬的客户", "投诉编号": "TS20260302000001", "金额": "1,200.00元"}


def test_the_facts_of_the_case_stand_in_the_reply_and_what_nobody_knows_is_a_gap_to_be_seen() -> None:
    text, missing = filled("{客户称呼}，编号{投诉编号}，{答复期限}前答复，涉及{金额}元。", KNOWN)
    assert text == "尊敬的客户，编号TS20260302000001，【请填写：答复期限】前答复，涉及1,200.00元。"
    assert missing == ["答复期限"]


def test_braces_around_anything_else_are_a_gap_too() -> None:
    assert filled("{身份证号}", {"身份证号": "x"}) == ("【请填写：身份证号】", ["身份证号"])


@given(st.text(max_size=200), st.dictionaries(st.sampled_from(VARIABLES), st.text(max_size=10)))
def test_no_brace_of_a_variable_is_ever_left(text: str, values: dict[str, str]) -> None:
    shown, missing = filled(text + "{金额}", {name: value.replace("{", "") for name, value in values.items()})
    assert "{金额}" not in shown
    assert ("金额" in missing) is not bool(values.get("金额", "").replace("{", ""))


def test_the_person_comes_before_the_matter_but_not_twice() -> None:
    sentence = data().sentence
    assert with_empathy("年费按合约收取。") == f"{sentence}年费按合约收取。"
    assert with_empathy("您好，年费按合约收取。") == f"您好，{sentence}年费按合约收取。"
    assert with_empathy("{客户称呼}，年费按合约收取。") == f"{{客户称呼}}，{sentence}年费按合约收取。"
    for begun in ("{客户称呼}，突然少了一笔钱，您着急是难免的。年费按合约收取。", "您好，很抱歉让您久等。年费如下。"):
        assert with_empathy(begun) == begun
    assert forbidden(sentence).named == ""


def test_the_remedies_follow_only_where_an_answer_is_given_and_once() -> None:
    rule = remedies_on(date(2026, 3, 2))
    assert rule is not None
    assert remedies_on(date(2020, 2, 29)) is None
    block = words(rule.of_branch)
    assert ready("很抱歉。已核实。", Facts(dict(KNOWN)), script=False)[0] == "很抱歉。已核实。"
    facts = Facts(dict(KNOWN), block, rule.ways_of_branch)
    assert ready("很抱歉。已核实。", facts, script=False)[0].endswith(block)
    assert ready(f"很抱歉。已核实。{block}", facts, script=False)[0].count(block) == 1


@pytest.mark.parametrize("named", ["调解", "调解、仲裁", "调解、仲裁或者诉讼"])
def test_a_reply_that_names_some_of_the_ways_has_not_told_the_remedies(named: str) -> None:
    rule = remedies_on(date(2026, 3, 2))
    assert rule is not None
    told = f"很抱歉。不同意的可以申请{named}。"
    for branch in (True, False):
        template, ways = rule.told_by(branch=branch)
        whole = all(way in told for way in ways)
        text = ready(told, Facts(dict(KNOWN), words(template), ways), script=False)[0]
        assert text == (told if whole else f"{told}\n{words(template)}")
    assert whole is (named == "调解、仲裁或者诉讼"), "the decision of a branch can be reviewed above it, too"


def test_the_texts_name_every_way_that_they_are_asked_for() -> None:
    for rule in data().remedies:
        for branch in (True, False):
            template, ways = rule.told_by(branch=branch)
            assert all(way in words(template) for way in ways)
    assert "30日" in words(rule.of_branch)


@pytest.mark.parametrize(
    ("reply", "put_in"),
    [
        ("{客户称呼}，您好。编号{投诉编号}已核实。", f"编号{KNOWN['投诉编号']}已核实。"),
        ("您好，年费按合约收取。", "年费按合约收取。"),
        ("年费按合约收取，您好奇的是日期。", "年费按合约收取，您好奇的是日期。"),
        ("{客户称呼}您好：年费按合约收取。", "年费按合约收取。"),
        ("{客户称呼}的来信已收到。", f"{KNOWN['客户称呼']}的来信已收到。"),
        ("您好。", "您好。"),
    ],
)
def test_what_goes_into_a_field_of_the_written_answer_has_neither_greeting_nor_remedies(
    reply: str, put_in: str
) -> None:
    facts = Facts(dict(KNOWN), "可以申请调解、仲裁或者诉讼。", ("调解", "仲裁", "诉讼"))
    assert ready(reply, facts, script=True)[0].endswith(str(facts.remedies))
    assert in_form(reply, facts) == put_in


def test_the_beginning_reads_any_text() -> None:
    @given(st.text(max_size=300))
    def reads(text: str) -> None:
        assert with_empathy(text).endswith(text) or data().sentence in with_empathy(text)

    reads()


def test_confidence_is_said_in_words() -> None:
    assert [confidence(score, 4.0) for score in (4.0, 5.5, 5.6, 7.9, 8.0, 30.0)] == [
        "可能相关", "可能相关", "较吻合", "较吻合", "很吻合", "很吻合",
    ]  # fmt: skip


@given(st.text(max_size=80), st.lists(st.text(max_size=5), max_size=4))
def test_marking_loses_no_character(text: str, matched: list[str]) -> None:
    assert "".join(part for part, _ in pieces(text, matched)) == text


def test_a_short_sentence_of_the_customer_may_become_a_way_of_asking() -> None:
    assert phrasing("为什么扣了我两次年费？[手机#1]") == "为什么扣了我两次年费"
    assert phrasing("好的") is None
    assert phrasing("长" * 61) is None
    assert phrasing("[已删除]为什么扣了我年费") is None


@given(
    st.dictionaries(
        st.sampled_from(["事情经过", "诉求", "被投诉机构", "涉及金额", "投诉编号", "转人工原因"]), st.text(max_size=400)
    )
)
def test_a_summary_has_at_most_150_characters(facts: dict[str, str]) -> None:
    assert len(summary(facts)) <= 150
