"""Search for people: bounds, order, counts, and a reason where nothing is found."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge.articles import Audience, Kind
from knowledge.index import build
from knowledge.search import Search
from knowledge.snapshot import Bounds, Order
from tests.knowledge.sample import TODAY, article

NOW = Bounds(on=TODAY)
ENTRIES = [
    article(),
    article(
        id="law-limits",
        kind=Kind.LAW,
        branch="公众信息/投诉规则",
        title="处理时限",
        text="十五日内作出决定。",
        questions=("多久能有结果",),
        clause="第十七条",
        source="《办法》（2020年第3号）",
        effective_from=date(2026, 2, 1),
    ),
    article(
        id="steps",
        kind=Kind.TROUBLE,
        branch="个人业务/银行卡/挂失",
        title="盗刷后的挂失",
        text="立即挂失并报警。",
        questions=("卡不见了怎么办",),
        audience=Audience.INTERNAL,
    ),
    article(id="card-fee", version=1, title="挂失手续费", text="每次十元。", questions=("挂失收钱吗",)),
    article(
        id="card-fee",
        version=2,
        title="挂失手续费",
        text="免收。",
        questions=("挂失收钱吗",),
        effective_from=date(2026, 6, 1),
    ),
]


@pytest.fixture
def search(tmp_path: Path) -> Search:
    build(tmp_path, ENTRIES)
    return Search(tmp_path)


def ids(search: Search, query: str = "", bounds: Bounds = NOW, order: Order = Order.RELEVANCE) -> list[str]:
    return [hit.article.id for hit in search.look(query, bounds, order=order).hits]


def test_without_words_everything_in_force_is_listed_the_newest_first(search: Search) -> None:
    assert ids(search)[:2] == ["card-fee", "law-limits"]
    looked = search.look("", NOW, start=1, limit=2)
    assert (looked.total, [hit.article.id for hit in looked.hits]) == (4, ids(search)[1:3])


def test_a_branch_holds_what_is_below_it_and_nothing_of_its_neighbours(search: Search) -> None:
    assert set(ids(search, bounds=Bounds(on=TODAY, branch="个人业务"))) == {"fee", "steps", "card-fee"}
    assert ids(search, bounds=Bounds(on=TODAY, branch="个人业务/银行卡/挂失")) == ["steps"]
    assert ids(search, bounds=Bounds(on=TODAY, branch="个人")) == []


def test_kind_source_and_audience_narrow(search: Search) -> None:
    assert ids(search, "挂失 时限", Bounds(on=TODAY, source="《办法》（2020年第3号）")) == ["law-limits"]
    assert ids(search, "挂失", Bounds(on=TODAY, audience=Audience.INTERNAL)) == ["steps"]
    assert ids(search, "挂失", Bounds(on=TODAY, kinds=frozenset({Kind.LAW}))) == []


def test_a_day_shows_what_was_then_in_force(search: Search) -> None:
    before = search.look("挂失手续费", Bounds(on=date(2026, 5, 31))).hits[0]
    assert (before.article.version, before.article.text) == (1, "每次十元。")
    assert search.look("挂失手续费", NOW).hits[0].article.version == 2


def test_the_newest_come_first_when_asked(search: Search) -> None:
    assert ids(search, "挂失", order=Order.NEWEST) == ["card-fee", "steps"]


def test_pages_follow_each_other_without_gap_or_repetition(tmp_path: Path) -> None:
    build(tmp_path, [article(id=f"e-{n}", effective_from=TODAY - timedelta(days=n)) for n in range(9)])
    search = Search(tmp_path)
    for order in Order:
        whole = [hit.article.id for hit in search.look("年费", NOW, order=order).hits]
        pages = [search.look("年费", NOW, order=order, start=start, limit=4) for start in (0, 4, 8)]
        assert [hit.article.id for page in pages for hit in page.hits] == whole
        assert (len(whole), [page.total for page in pages]) == (9, [9, 9, 9])


@pytest.mark.parametrize("query", ["17条", "第17条", "第十七条", "17 条第一款", "law-limits"])
def test_an_article_number_or_id_finds_its_entry_first(search: Search, query: str) -> None:
    assert ids(search, query)[0] == "law-limits"


def test_three_messages_are_no_third_article(tmp_path: Path) -> None:
    build(tmp_path, [article(id="law-3", clause="第三条", text="无"), article(id="sms", title="短信", text="短信提醒")])
    assert ids(Search(tmp_path), "收到3条短信")[0] == "sms"


def test_nothing_found_says_which_filter_hides_how_many(search: Search) -> None:
    bounds = Bounds(on=TODAY, kinds=frozenset({Kind.LAW}), branch="个人业务")
    advice = search.look("挂失", bounds).advice
    assert advice is not None
    assert dict(advice.without) == {"kinds": 2}
    assert advice.elsewhere == 3


def test_nothing_found_names_a_day_when_it_counted(tmp_path: Path) -> None:
    ended = TODAY - timedelta(days=30)
    build(tmp_path, [article(effective_to=ended)])
    advice = Search(tmp_path).look("年费", NOW).advice
    assert advice is not None
    assert (dict(advice.without), advice.day) == ({"on": 1}, ended)


def test_words_that_no_entry_holds_are_named(search: Search) -> None:
    looked = search.look("量子挂失", NOW)
    assert (looked.unknown, bool(looked.hits)) == (("量子",), True)
    nothing = search.look("量子纠缠", NOW)
    assert nothing.unknown
    assert (nothing.hits, nothing.total) == ([], 0)


def test_a_quoted_phrase_that_nobody_wrote_is_offered_without_its_quotes(search: Search) -> None:
    advice = search.look("“挂失手续年费”", NOW).advice
    assert advice is not None
    assert advice.loose["挂失手续年费"] > 0
    numbered = search.look("第九十九条 处理时限", NOW).advice
    assert numbered is not None
    assert numbered.loose["处理时限"] > 0


def test_another_name_of_the_same_thing_and_a_likely_spelling_are_offered(search: Search) -> None:
    said = search.look("冒用", NOW).advice
    assert said is not None
    assert dict(said.near) == {"盗刷": 1}
    typed = search.look("law-limit", NOW).advice
    assert typed is not None
    assert dict(typed.near) == {"law-limits": 1}


def test_shelves_count_entries_under_each_branch_with_what_is_below(search: Search) -> None:
    shelves = search.shelves(NOW)
    assert shelves.branches == {
        "个人业务": 3, "个人业务/银行卡": 3, "个人业务/银行卡/挂失": 1, "公众信息": 1, "公众信息/投诉规则": 1,
    }  # fmt: skip
    assert shelves.kinds == {"业务知识": 2, "法规": 1, "疑难解答": 1}
    assert sum(search.shelves(Bounds(on=date(2025, 1, 1))).kinds.values()) == 0


@pytest.mark.parametrize("query", ["？！", "“”", "的", "\ud800", "*", "AND OR NOT (", "a" * 5000, "第条", "17条"])
def test_any_input_gets_an_answer(search: Search, query: str) -> None:
    looked = search.look(query, NOW)
    assert len(looked.hits) == looked.total
    assert (looked.advice is None) == bool(looked.hits)


def test_what_is_published_is_offered_to_who_types(tmp_path: Path) -> None:
    build(tmp_path, [article()])
    search = Search(tmp_path)
    assert [each.text for each in search.complete("银行卡", on=TODAY)] == ["银行卡年费"]
    build(tmp_path, [article(), article(id="lost", title="银行卡挂失")])
    assert "银行卡挂失" in [each.text for each in search.complete("银行卡", on=TODAY)]
