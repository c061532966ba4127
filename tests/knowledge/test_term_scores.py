"""Plain words are scored term by term; what comes out is what Whoosh's own search of the same query gives."""

from datetime import timedelta
from pathlib import Path

import pytest

from knowledge.articles import Article, load_content
from knowledge.engine import Or
from knowledge.index import build, open_current
from knowledge.query import compose, parse
from knowledge.snapshot import Bounds, Order, Snapshot
from tests.knowledge.sample import TODAY, article

NOW = Bounds(on=TODAY)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("index")
    build(folder, load_content())
    return Snapshot(open_current(folder))


def as_whoosh_has_it(snapshot: Snapshot, question: str) -> list[int]:
    """Numbers of what both found, after comparing order, scores and everything that matches."""
    wanted = parse(question)
    composed = compose(wanted, snapshot._reader)
    assert isinstance(composed, Or)
    results = snapshot._searcher.search(composed, filter=snapshot._allowed(NOW), limit=30)
    ours = snapshot._ranked(wanted, NOW, 30)
    assert [number for number, _ in ours] == [number for _, number in results.top_n]
    assert [score for _, score in ours] == pytest.approx([score for score, _ in results.top_n])
    assert snapshot._matching(question, wanted) == set(snapshot._searcher.docs_for_query(composed))
    return [number for number, _ in ours]


@pytest.mark.parametrize("entry", load_content()[::7], ids=lambda entry: entry.id)
def test_hits_their_order_and_their_scores_are_those_of_whoosh(snapshot: Snapshot, entry: Article) -> None:
    assert as_whoosh_has_it(snapshot, entry.questions[0])


@pytest.mark.parametrize("question", ["law-3", "3条", "3条 年费"])
def test_what_is_named_by_id_or_article_counts_by_its_weight_alone(tmp_path: Path, question: str) -> None:
    others = [article(id=f"a-{number}") for number in range(4)]
    build(tmp_path, [*others, article(id="law-3", title="处理时限", clause="第三条", text="十五日内作出决定。")])
    assert as_whoosh_has_it(Snapshot(open_current(tmp_path)), question)[0] == 4


def test_of_equal_ones_the_first_comes_first_and_what_does_not_count_on_the_day_is_left_out(tmp_path: Path) -> None:
    ended = article(id="e-1-ended", effective_to=TODAY - timedelta(days=1))
    build(tmp_path, [article(id="e-1"), ended, article(id="e-2"), article(id="e-3")])
    shown = Snapshot(open_current(tmp_path))
    assert as_whoosh_has_it(shown, "银行卡年费") == [0, 2, 3]
    assert [hit.article.id for hit in shown.find(parse("银行卡年费"), NOW, 1, 1)] == ["e-2"]


def test_withdrawn_entries_count_neither_as_hits_nor_in_the_advice_of_an_empty_search(tmp_path: Path) -> None:
    build(tmp_path, [article(id="kept"), article(id="gone")])
    opened = open_current(tmp_path)
    gone = frozenset(number for number, entry in enumerate(opened.entries) if entry.id == "gone")
    shown = Snapshot(opened, gone)
    assert [hit.article.id for hit in shown.find(parse("年费"), NOW, 0, 5)] == ["kept"]
    advice = shown.look("年费", Bounds(on=TODAY, branch="公众信息"), Order.RELEVANCE, 0, 5).advice
    assert advice is not None
    assert (dict(advice.without), advice.elsewhere) == ({"branch": 1}, 1)
