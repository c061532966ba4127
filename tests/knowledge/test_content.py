import re
from collections import Counter
from datetime import date

import pytest

from knowledge.articles import Article, Audience, Kind, load_content

BRANCHES = {"个人业务", "公司业务", "国际业务", "金融信息", "公众信息", "疑难解答", "常用", "传阅函", "投诉管理"}
PROMISES = re.compile(r"保证赔|一定赔|全额赔付|承诺赔|必定退|无条件退")
BAD_NUMBERS = re.compile(r"(?<!上月)(?:15|30|60|十五|三十|六十)个?工作日")


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return load_content()


def test_every_statement_of_law_names_its_source_and_evidence(articles: list[Article]) -> None:
    law = [article for article in articles if article.kind in (Kind.LAW, Kind.REGULATION)]
    assert len(law) >= 18
    for article in law:
        assert re.search(r"《|〔|公告|JR/T", article.source), article.id
        assert article.evidence in {"A", "B", "C"}, article.id


def test_what_one_secondary_source_says_is_marked_unverified_and_not_for_customers(articles: list[Article]) -> None:
    for article in articles:
        if article.evidence == "C":
            assert "待核实" in article.title + article.text, article.id
            assert article.audience is Audience.INTERNAL, article.id


def test_article_numbers_of_the_complaint_rule_stop_where_they_were_verified(articles: list[Article]) -> None:
    cited = {a.clause for a in articles if "2020年第3号" in a.source and a.clause}
    read = {"第二条", "第四条", "第七条", "第八条", "第九条", "第十条", "第十一条", "第十二条"}
    read |= {"第十三条", "第十四条", "第十五条", "第十六条", "第十七条", "第十八条", "第十九条", "第二十条"}
    assert cited <= read | {"第二十一条", "第二十二条", "第二十三条"}


def test_no_entry_repeats_the_working_day_limits_of_bad_sources(articles: list[Article]) -> None:
    for article in articles:
        if article.id not in {"trouble-fifteen-working-days", "reg-2018-243-monthly"}:
            assert not BAD_NUMBERS.search(article.text + article.title), article.id


def test_internal_rules_and_cases_are_never_for_customers(articles: list[Article]) -> None:
    for article in articles:
        if article.kind in (Kind.POLICY, Kind.CASE, Kind.TROUBLE):
            assert article.audience is Audience.INTERNAL, article.id


def test_nothing_promises_compensation(articles: list[Article]) -> None:
    for article in articles:
        assert not PROMISES.search(article.text), article.id


def test_typical_cases_say_that_they_are_invented(articles: list[Article]) -> None:
    for article in articles:
        assert article.kind is not Kind.CASE or article.text.startswith("虚构案例"), article.id


def test_there_are_entries_of_every_kind_in_every_branch_of_the_tree(articles: list[Article]) -> None:
    kinds = Counter(article.kind for article in articles)
    assert set(kinds) == set(Kind)
    assert sum(kinds.values()) >= 75
    assert {article.branch.split("/")[0] for article in articles} == BRANCHES


def test_every_entry_remembers_how_people_ask(articles: list[Article]) -> None:
    for article in articles:
        assert 1 <= len(article.questions) <= 5, article.id


def test_no_question_leads_to_two_entries(articles: list[Article]) -> None:
    asked = Counter(question for article in articles for question in article.questions)
    assert [question for question, times in asked.items() if times > 1] == []


def test_entries_apply_today(articles: list[Article]) -> None:
    assert all(article.in_force(date(2026, 11, 21)) for article in articles)
