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


def test_opposite_questions_are_two_and_opposite_answers_to_one_clash() -> None:
    opposite = (
        ("年费能退吗", "年费不能退吗"), ("提前还款要多少钱", "提前款要多少钱"), ("手续费会退吗", "手续费退吗"),
        ("可以不签字吗", "可以签字吗"), ("卡有没有年费", "卡有年费"), ("利率1.5%的产品", "利率15%的产品"),
    )  # fmt: skip
    for one, other in opposite:
        assert gate.key(one) != gate.key(other), one
    asked_the_same = ("年费能退吗", "请问年费能退呢？", "年费，能退吗", "年費能退嗎")
    assert len({gate.key(each) for each in asked_the_same}) == 1
    for no in ("手续费不可以退还", "手续费没有退还", "手续费退还", "手续费可以退", "手续费可以退还1.5元"):
        [found] = gate.clashes(replace(FIRST, text="手续费可以退还"), [replace(OTHER, text=no)])
        assert (found.other.text, found.share) == (no, 1.0)
    assert gate.clashes(replace(FIRST, text="退还1.5元"), [replace(OTHER, text="退还15元")])
    assert not gate.clashes(replace(FIRST, text="手续费，可以退还。"), [replace(OTHER, text="手續費可以退還")])


def test_opposite_questions_are_still_shown_as_near() -> None:
    mine, other = replace(FIRST, questions=("年费能退吗",)), replace(OTHER, questions=("年费不能退吗",))
    assert gate.clashes(mine, [other]) == []
    [found] = gate.near(mine, [other], percent=80)
    assert (found.question, found.other_question) == ("年费能退吗", "年费不能退吗")


def test_two_wordings_for_one_question_are_two_answers() -> None:
    mine = replace(FIRST, reply="可以退还。")
    assert gate.clashes(mine, [replace(OTHER, text=FIRST.text, reply="不可以退还。")])
    assert not gate.clashes(mine, [replace(OTHER, text=FIRST.text, reply="可以退还")])
    assert not gate.clashes(mine, [replace(OTHER, text=FIRST.text)])


def test_a_title_is_a_way_of_asking() -> None:
    [found] = gate.clashes(FIRST, [replace(OTHER, title="补卡", questions=("新卡几天到手",))])
    assert (found.question, found.other_question) == ("补卡", "补卡")
    [found] = gate.clashes(replace(FIRST, questions=("新卡几天到手",)), [replace(OTHER, title="新卡几天到手？")])
    assert (found.question, found.other_question) == ("新卡几天到手", "新卡几天到手？")


def test_what_colleagues_read_beside_what_customers_read_is_near_and_no_clash() -> None:
    inner = replace(OTHER, audience=Audience.INTERNAL)
    assert gate.clashes(FIRST, [inner]) == gate.clashes(inner, [FIRST]) == []
    [found] = gate.near(FIRST, [inner], percent=100)
    assert (found.other.id, found.share) == ("biz-two", 1.0)


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
