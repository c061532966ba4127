"""Until the files are made again: what was withdrawn is left out, what was published meanwhile is found beside them."""

from datetime import date
from pathlib import Path

import pytest

from knowledge import present
from knowledge.articles import Article
from knowledge.fusion import Answer
from knowledge.index import build
from knowledge.present import Present
from knowledge.search import Search
from knowledge.snapshot import Bounds, Order
from tests.knowledge.sample import TODAY, article

NOW = Bounds(on=TODAY)
LOST = article(id="lost", title="挂失手续费", text="每次十元。", questions=("挂失收钱吗",))
OTHER = article(id="other", title="转账限额", text="每日五万元。", questions=("一天能转多少",), branch="个人业务/转账")
ENTRIES = [article(), LOST, OTHER]
NEW = article(id="new", title="数字人民币钱包", text="年费全免。", questions=("钱包怎么开",), effective_from=TODAY)


@pytest.fixture
def search(tmp_path: Path) -> Search:
    build(tmp_path, ENTRIES, edition=3)
    return Search(tmp_path)


def at(edition: int, *articles: Article) -> Present:
    return Present.of(edition, articles)


def ids(search: Search, query: str, bounds: Bounds = NOW, **how: object) -> list[str]:
    return [hit.article.id for hit in search.look(query, bounds, **how).hits]  # type: ignore[arg-type]


def test_what_was_withdrawn_is_found_by_nothing_and_counted_nowhere(search: Search) -> None:
    search.take(at(4, article(), OTHER))
    for query in ("挂失", "lost", "“挂失手续费”", ""):
        assert "lost" not in ids(search, query), query
    assert search.look("", NOW).total == search.shelves(NOW).branches["个人业务"] == 2
    nothing = search.look("“挂失手续费”", NOW)
    assert nothing.advice is not None
    assert nothing.advice.elsewhere == 0
    assert [hit.article.id for hit in search.find("挂失", on=TODAY)] == []


@pytest.mark.parametrize("query", ["挂失", "挂失收钱", "“挂失手续费”", "lost"])
def test_what_was_withdrawn_counts_no_more_in_the_advice_of_an_empty_search(search: Search, query: str) -> None:
    elsewhere = Bounds(on=TODAY, branch="个人业务/转账")
    before = search.look(query, elsewhere).advice
    assert before is not None
    assert (before.elsewhere, dict(before.without)) == (1, {"branch": 1})
    search.take(at(4, article(), OTHER))
    after = search.look(query, elsewhere).advice
    assert after is not None
    assert (after.elsewhere, dict(after.without), dict(after.loose), dict(after.near)) == (0, {}, {}, {})


def test_what_was_published_meanwhile_is_found_by_its_words_its_id_and_its_shelf(search: Search) -> None:
    search.take(at(4, *ENTRIES, NEW))
    for query in ("数字人民币", "“数字人民币”", "new", ""):
        assert ids(search, query)[0] == "new", query
    assert ids(search, "", Bounds(on=date(2026, 11, 20))) == ["fee", "lost", "other"], "not yet in force"
    assert ids(search, "年费") == ["fee"], "one word in common is no reason to come first"
    assert ids(search, "怎么开户头", answers=[Answer("new", 1, sure=True)])[0] == "new"
    assert ids(search, "年费", order=Order.NEWEST) == ["new", "fee"]
    assert search.look("数字人民币", NOW).unknown == ()


def test_pages_go_on_behind_what_came_meanwhile(search: Search) -> None:
    search.take(at(4, *ENTRIES, NEW))
    whole = ids(search, "", limit=10)
    assert [ids(search, "", start=n, limit=1)[0] for n in range(4)] == whole
    assert {search.look("", NOW, start=n, limit=2).total for n in (0, 2, 4)} == {4}


def test_a_newer_version_takes_the_place_of_the_one_in_the_files(search: Search) -> None:
    newer = article(version=2, text="年费全免。", effective_from=date(2026, 6, 1))
    search.take(at(4, *ENTRIES, newer))
    [hit] = [hit for hit in search.look("年费", NOW).hits if hit.article.id == "fee"]
    assert (hit.article.version, hit.article.text) == (2, "年费全免。")
    [old] = [hit for hit in search.look("年费", Bounds(on=date(2026, 5, 1))).hits if hit.article.id == "fee"]
    assert (old.article.version, old.article.effective_to) == (1, date(2026, 5, 31))


def test_files_made_of_a_later_state_are_right_as_they_are(search: Search) -> None:
    search.take(at(3, article()))
    assert "lost" in ids(search, "挂失")
    search.take(at(4, article()))
    assert "lost" not in ids(search, "挂失")


def test_more_than_can_be_searched_in_between_is_said(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(present, "MOST_FRESH", 1)
    search.take(at(4, *ENTRIES, NEW))
    assert not search.look("", NOW).reduced
    search.take(at(5, *ENTRIES, NEW, article(id="older", title="旧说明")))
    found = search.look("", NOW)
    assert (found.reduced, found.hits[0].article.id) == (True, "new")
