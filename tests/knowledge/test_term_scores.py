"""Plain words are scored term by term; what comes out is what Whoosh's own search of the same query gives."""

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


@pytest.mark.parametrize("entry", load_content()[::7], ids=lambda entry: entry.id)
def test_hits_their_order_and_their_scores_are_those_of_whoosh(snapshot: Snapshot, entry: Article) -> None:
    wanted = parse(entry.questions[0])
    composed = compose(wanted, snapshot._reader)
    assert isinstance(composed, Or)
    results = snapshot._searcher.search(composed, filter=snapshot._allowed(NOW), limit=30)
    ours = snapshot._ranked(wanted, NOW, 30)
    assert [number for number, _ in ours] == [number for _, number in results.top_n]
    assert [score for _, score in ours] == pytest.approx([score for score, _ in results.top_n])
    assert snapshot._matching("话", wanted) == set(snapshot._searcher.docs_for_query(composed))


def test_what_is_named_by_id_or_article_counts_by_its_weight_alone(tmp_path: Path) -> None:
    build(tmp_path, [article(), article(id="law-3", title="处理时限", clause="第三条", text="十五日内作出决定。")])
    shown = Snapshot(open_current(tmp_path))
    assert [hit.article.id for hit in shown.find(parse("law-3"), NOW, 0, 5)] == ["law-3"]
    assert shown.find(parse("3条"), NOW, 0, 5)[0].article.id == "law-3"


def test_withdrawn_entries_count_neither_as_hits_nor_in_the_advice_of_an_empty_search(tmp_path: Path) -> None:
    build(tmp_path, [article(id="kept"), article(id="gone")])
    opened = open_current(tmp_path)
    gone = frozenset(number for number, entry in enumerate(opened.entries) if entry.id == "gone")
    shown = Snapshot(opened, gone)
    assert [hit.article.id for hit in shown.find(parse("年费"), NOW, 0, 5)] == ["kept"]
    advice = shown.look("年费", Bounds(on=TODAY, branch="公众信息"), Order.RELEVANCE, 0, 5).advice
    assert advice is not None
    assert (dict(advice.without), advice.elsewhere) == ({"branch": 1}, 1)
