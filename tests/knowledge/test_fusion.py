"""What answers comes first, what is named exactly stays first, and every page is a stretch of one order."""

from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.articles import Audience
from knowledge.fusion import HEAD, Answer, fused
from knowledge.index import build
from knowledge.search import Search
from knowledge.snapshot import Bounds, Order
from tests.knowledge.sample import TODAY, article

NOW = Bounds(on=TODAY)
FEES = [article(id=f"fee-{n}", title="年费" * (n + 1), questions=()) for n in range(6)]
INSIDE = article(id="inside", audience=Audience.INTERNAL)
SILENT = article(id="silent", title="卡片费用", text="每年一次。", questions=())


def searching(folder: Path) -> Search:
    build(folder, [*FEES, INSIDE, SILENT])
    return Search(folder)


def ids(
    search: Search, query: str, *answers: Answer, bounds: Bounds = NOW, order: Order = Order.RELEVANCE
) -> list[str]:
    return [hit.article.id for hit in search.look(query, bounds, order=order, answers=answers).hits]


def sure(*names: str) -> list[Answer]:
    return [Answer(name, 1, sure=True) for name in names]


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), unique=True), st.lists(st.integers(0, 40), unique=True))
def test_both_orders_are_held_whole_and_what_both_put_first_is_first(words: list[int], answering: list[int]) -> None:
    found = fused(words, answering)
    assert sorted(found) == sorted({*words, *answering})
    assert fused(words, []) == words
    if words and answering and words[0] == answering[0]:
        assert found[0] == words[0]


@settings(deadline=None)
@given(st.integers(HEAD, 2 * HEAD), st.lists(st.integers(0, 2 * HEAD), unique=True, max_size=20))
def test_more_words_found_change_nothing_of_what_stands_before_them(found: int, answering: list[int]) -> None:
    """A later page looks deeper: the earlier ones stay as they were shown."""
    words = list(range(found))
    shorter = fused(words[:HEAD], answering)
    assert fused(words, answering)[: len(shorter)] == shorter


def test_what_answers_comes_first_though_others_hold_the_words_more_often(tmp_path: Path) -> None:
    search = searching(tmp_path)
    before = ids(search, "年费")
    last = before[-1]
    assert ids(search, "年费", *sure(last))[0] == last
    assert sorted(ids(search, "年费", *sure(last))) == sorted(before)
    assert ids(search, "年费", *sure(last), order=Order.NEWEST) == ids(search, "年费", order=Order.NEWEST)


def test_an_answer_without_the_words_counts_only_when_it_is_sure(tmp_path: Path) -> None:
    search = searching(tmp_path)
    assert "silent" not in ids(search, "年费", Answer("silent", 1, sure=False))
    looked = search.look("年费", NOW, answers=sure("silent"))
    assert (looked.total, [hit.article.id for hit in looked.hits].count("silent")) == (8, 1)
    assert not any(piece.matched for hit in looked.hits if hit.article.id == "silent" for piece in hit.excerpt)


def test_nothing_beyond_the_bounds_is_brought_in_by_an_answer(tmp_path: Path) -> None:
    search = searching(tmp_path)
    outside = Bounds(on=TODAY, audience=Audience.EXTERNAL)
    assert "inside" not in ids(search, "年费", *sure("inside"), bounds=outside)
    assert ids(search, "年费", *sure("inside"), bounds=Bounds(on=date(2025, 1, 1))) == []
    assert ids(search, "年费", *sure("fee-9"), Answer("fee-1", 7, sure=True)) == ids(search, "年费")


def test_a_quoted_phrase_an_article_and_an_id_are_ordered_by_nothing_else(tmp_path: Path) -> None:
    build(
        tmp_path, [*FEES, INSIDE, article(id="law-17", clause="第十七条", title="时限", text="十五日。", questions=())]
    )
    search = Search(tmp_path)
    for query in ("“年费年费”", "第十七条", "17条 年费", "law-17 年费", "FEE-2"):
        assert ids(search, query, *sure("inside", "fee-5")) == ids(search, query) != [], query


def test_pages_are_stretches_of_one_order_beyond_its_head_too(tmp_path: Path) -> None:
    many = HEAD + 30
    build(tmp_path, [article(id=f"e-{n:03}", title="年费" * (1 + n % 7), questions=()) for n in range(many)])
    search = Search(tmp_path)
    answers = sure("e-128", "e-003", "e-064")
    for step in (7, 50):
        pages = [search.look("年费", NOW, start=at, limit=step, answers=answers) for at in range(0, many, step)]
        shown = [hit.article.id for page in pages for hit in page.hits]
        assert shown == [hit.article.id for hit in search.look("年费", NOW, limit=many, answers=answers).hits]
        assert (len(set(shown)), {page.total for page in pages}) == (many, {many})
        assert shown.index("e-128") < 5
