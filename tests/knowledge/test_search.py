import threading
from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge.articles import Article, Audience, Kind
from knowledge.index import IndexUnusable, build
from knowledge.search import Search
from tests.knowledge.sample import TODAY, article

RULE = article(
    id="law-withdrawal",
    kind=Kind.LAW,
    title="撤回投诉",
    text="程序在收到申请当日终止。",
    questions=("我不想投诉了",),
    clause="第十五条",
    source="《办法》（2020年第3号）",
    evidence="B",
)
POLICY = article(
    id="policy-notes",
    kind=Kind.POLICY,
    audience=Audience.INTERNAL,
    title="保密",
    text="编号TS20260302000007一案：账户的管理与费用，提前7日还款。ATM少吐钞须清机。",
    questions=("能不能发工作群",),
)
SMALL = article(
    id="small-account", title="小额账户", text="日均余额不足时收取小额账户管理费。", questions=("每季度少三块",)
)


@pytest.fixture
def search(tmp_path: Path) -> Search:
    build(tmp_path, [article(), RULE, POLICY, SMALL])
    return Search(tmp_path)


def found(search: Search, query: str, on: date = TODAY, limit: int = 10) -> list[str]:
    return [hit.article.id for hit in search.find(query, on=on, limit=limit)]


def test_a_word_of_the_title_counts_more_than_one_of_the_text(tmp_path: Path) -> None:
    build(tmp_path, [article(id="a", text="催收电话"), article(id="b", title="催收", text="无")])
    assert found(Search(tmp_path), "催收") == ["b", "a"]


def test_traditional_characters_find_simplified_entries(search: Search) -> None:
    assert found(search, "銀行卡年費")[0] == "fee"


def test_a_phrase_query_finds_the_phrase(search: Search) -> None:
    assert found(search, "“小额账户管理费”") == ["small-account"]
    assert found(search, '"账户管理"') == ["small-account"]
    assert found(search, "「户管」") == ["small-account"]


def test_a_phrase_may_mix_letters_digits_and_characters(search: Search) -> None:
    for phrase in ("ATM少吐钞", "atm 少吐", "提前7日还款", "7日", "账户的管理与费用，提前"):
        assert found(search, f"“{phrase}”") == ["policy-notes"], phrase


def test_a_phrase_that_nobody_wrote_finds_nothing(search: Search) -> None:
    assert found(search, "“管理年费”") == []
    assert found(search, "“费用提前”") == []


def test_words_outside_the_quotes_only_rank(search: Search) -> None:
    assert found(search, "年费 “账户管理费”") == ["small-account"]


@pytest.mark.parametrize("query", ["第十五条", "第15条", "第 15 条 撤回"])
def test_an_article_number_finds_its_rule(search: Search, query: str) -> None:
    assert found(search, query) == ["law-withdrawal"]


@pytest.mark.parametrize("query", ["TS20260302000007", "ts20260302000007"])
def test_a_case_number_finds_the_entry_that_cites_it(search: Search, query: str) -> None:
    assert found(search, query) == ["policy-notes"]


def test_an_exact_id_comes_first(search: Search) -> None:
    assert found(search, "SMALL-ACCOUNT")[0] == "small-account"


def test_the_source_of_a_rule_is_searched(search: Search) -> None:
    assert found(search, "“2020年第3号”") == ["law-withdrawal"]


@pytest.mark.parametrize("query", ["", "   ", "？！", "“”", "“，”", "的", "\ud800", "*", "AND OR NOT (", "a" * 5000])
def test_any_input_gets_an_answer(search: Search, query: str) -> None:
    assert len(found(search, query)) <= 4


def test_kind_and_audience_narrow_the_answer(search: Search) -> None:
    assert [h.article.id for h in search.find("投诉 年费 保密", on=TODAY, kinds=[Kind.LAW])] == ["law-withdrawal"]
    outside = search.find("保密 ATM 年费", on=TODAY, audience=Audience.EXTERNAL)
    assert outside
    assert all(hit.article.audience is Audience.EXTERNAL for hit in outside)
    assert search.find("年费", on=TODAY, kinds=[]) == []


def test_no_more_than_asked_for(search: Search) -> None:
    assert len(search.find("投诉 年费 账户", on=TODAY, limit=1)) == 1
    assert search.find("年费", on=TODAY, limit=0) == []


def test_expired_and_future_entries_are_never_found(tmp_path: Path) -> None:
    ends = TODAY - timedelta(days=1)
    starts = TODAY + timedelta(days=1)
    build(tmp_path, [article(id="old", effective_to=ends), article(id="new", effective_from=starts)])
    search = Search(tmp_path)
    assert found(search, "年费") == []
    assert found(search, "old") == found(search, "“年费”") == []
    assert found(search, "年费", on=ends) == ["old"]
    assert found(search, "年费", on=starts) == ["new"]


def test_every_day_finds_exactly_the_entries_in_force(tmp_path: Path) -> None:
    days = [TODAY + timedelta(days=offset) for offset in range(-40, 41, 4)]
    entries = [
        article(id=f"e-{i}-{n}", effective_from=first, effective_to=first + timedelta(days=n))
        for i, first in enumerate(days)
        for n in (0, 9, 30)
    ]
    build(tmp_path, entries)
    search = Search(tmp_path)
    for day in days:
        assert set(found(search, "年费", on=day, limit=99)) == {e.id for e in entries if e.in_force(day)}


def test_an_older_version_is_not_found_even_by_words_that_only_it_has(tmp_path: Path) -> None:
    build(tmp_path, [article(version=1, text="旧说法"), article(version=2, effective_from=date(2026, 6, 1))])
    search = Search(tmp_path)
    assert found(search, "“旧说法”") == []
    assert found(search, "“旧说法”", on=date(2026, 5, 31)) == ["fee"]
    assert [hit.article.version for hit in search.find("年费", on=TODAY)] == [2]


def test_a_superseded_version_is_gone_after_the_swap(tmp_path: Path) -> None:
    search = Search(tmp_path)
    for version in range(1, 8):
        build(tmp_path, [article(version=version, text=f"第{version}版")])
        assert [hit.article.version for hit in search.find("年费", on=TODAY)] == [version]
        assert len(search.find(f"“第{version}版”", on=TODAY)) == 1
        assert search.find(f"“第{version - 1}版”", on=TODAY) == []


def test_an_index_that_disappears_is_reported_and_its_return_noticed(tmp_path: Path) -> None:
    build(tmp_path, [article()])
    search = Search(tmp_path)
    assert found(search, "年费") == ["fee"]
    (tmp_path / "current").unlink()
    with pytest.raises(IndexUnusable):
        found(search, "年费")
    build(tmp_path, [RULE])
    assert found(search, "撤回") == ["law-withdrawal"]


def test_a_file_truncated_under_an_open_index_harms_no_answer(tmp_path: Path) -> None:
    folder = build(tmp_path, [article()])
    search = Search(tmp_path)
    assert found(search, "年费") == ["fee"]
    for path in folder.glob("*.seg"):
        path.write_bytes(b"")
    assert found(search, "减免") == ["fee"]


def test_a_hit_shows_what_matched_as_segments(search: Search) -> None:
    (hit, *_) = search.find("年费", on=TODAY)
    assert hit.article == article()
    assert hit.title == (("银行卡", False), ("年费", True))
    assert hit.excerpt[0] == ("年费", True)


def test_many_threads_share_one_search_while_the_index_changes(tmp_path: Path) -> None:
    build(tmp_path, [article()])
    search = Search(tmp_path)
    answers: list[list[Article]] = []

    def ask() -> None:
        answers.extend([hit.article for hit in search.find("年费", on=TODAY)] for _ in range(30))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for version in range(2, 6):
        build(tmp_path, [article(version=version)])
    for thread in threads:
        thread.join()
    assert len(answers) == 120
    assert all(len(answer) == 1 for answer in answers)
