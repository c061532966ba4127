"""Two answers to one question are refused; nearly one question is shown."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from casebackend.curation import gate
from knowledge.articles import Article, Audience, Kind

FIRST = Article(
    id="biz-one", version=1, kind=Kind.BUSINESS, branch="个人业务", title="补卡", text="七个工作日内领取新卡。",
    questions=("卡掉了怎么补？",), clause=None, source="示范", evidence=None, effective_from=date(2026, 3, 2),
    effective_to=None, audience=Audience.EXTERNAL,
)  # fmt: skip
OTHER = replace(FIRST, id="biz-two", text="当场领取新卡。", title="换卡")


def test_a_question_is_the_same_however_it_is_punctuated_and_written() -> None:
    asked = ("卡掉了怎么补", " 卡掉了，怎么补？！", "卡掉了怎麼補", "卡 掉 了 怎 么 补")
    assert {gate.key(question) for question in asked} == {gate.key("卡掉了怎么补？")}
    assert gate.key("卡掉了怎么补") != gate.key("卡吞了怎么取")


def test_two_texts_for_one_question_clash_while_both_hold_for_the_same_readers() -> None:
    def meets(**other: Any) -> bool:
        return bool(gate.clashes(FIRST, [replace(OTHER, **other)]))

    assert meets()
    assert meets(questions=("别的问题", "卡掉了怎么补"))
    assert not meets(text="七个工作日内，领取新卡")
    assert not meets(audience=Audience.INTERNAL)
    assert not meets(questions=("新卡几天到手",))
    assert not meets(id="biz-one")
    assert not meets(effective_from=date(2025, 1, 1), effective_to=date(2026, 3, 1))
    assert meets(effective_from=date(2025, 1, 1), effective_to=date(2026, 3, 2))
    assert not gate.clashes(replace(FIRST, supersedes="biz-two"), [OTHER])
    [told] = gate.told(FIRST, gate.clashes(FIRST, [OTHER]))
    assert (told["title"], told["text"], told["other_title"], told["other_text"]) == (
        "补卡", FIRST.text, "换卡", OTHER.text,
    )  # fmt: skip


def test_nearly_one_question_is_offered_and_a_clash_is_not_only_near() -> None:
    nearly = replace(OTHER, questions=("银行卡掉了怎么补", "无关的话"))
    [found] = gate.near(FIRST, [nearly], percent=60)
    assert (found.other.id, found.other_question, 0.6 <= found.share < 1) == ("biz-two", "银行卡掉了怎么补", True)
    assert gate.near(FIRST, [nearly], percent=100) == []
    assert gate.near(FIRST, [OTHER], percent=60) == []
    [same] = gate.near(FIRST, [replace(OTHER, text=FIRST.text)], percent=100)
    assert same.share == 1, "the same twice is no contradiction, but one too many"


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_share_is_even_handed_and_whole_for_one_question(one: str, other: str) -> None:
    assert gate.share(one, other) == gate.share(other, one)
    assert 0 <= gate.share(one, other) <= 1
    assert gate.share(one, one) == 1
