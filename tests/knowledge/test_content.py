import re
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from knowledge.articles import CLAUSE_UNREAD, Article, Audience, ContentError, Kind, load_content
from knowledge.clauses import clause_numbers

TREE = {
    "个人业务": {
        "储蓄", "现金", "账户", "银行卡", "信用卡", "催收", "征信", "贷款", "转账", "支付", "理财", "代理业务",
        "贵金属", "电子银行", "自助设备", "网点服务", "特殊群体服务", "个人信息",
    },
    "公司业务": {"账户与结算", "收单", "贷款", "投诉"},
    "国际业务": {"外汇与汇款"},
    "金融信息": {"价目与利率"},
    "公众信息": {"投诉规则", "监管要求", "个人信息", "金融常识", "国库与国债"},
    "疑难解答": {"投诉办理", "典型案例"},
    "常用": {"安抚与致歉", "登记与进度", "告知与解释", "婉拒与应对", "回访"},
    "传阅函": {"操作提示"},
    "投诉管理": {"投诉流程", "时限", "升级", "回访", "处理意见", "保密"},
}  # fmt: skip
BAD_NUMBERS = re.compile(r"(?<!上月)(?:15|30|60|十五|三十|六十)个?工作日")
COMPLAINT_RULE_ARTICLES = 45
DIGITS = "零一二三四五六七八九"


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return load_content()


def numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else DIGITS[tens]) + ("十" if tens else "") + (DIGITS[ones] if ones else "")


def plain(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


def test_every_statement_of_law_names_its_source_and_evidence(articles: list[Article]) -> None:
    law = [article for article in articles if article.kind in (Kind.LAW, Kind.REGULATION)]
    assert len(law) >= 110
    for article in law:
        assert re.search(r"《|〔|公告|JR/T", article.source), article.id
        assert article.evidence in {"A", "B", "C"}, article.id


def test_a_law_is_cited_by_its_article(articles: list[Article]) -> None:
    for article in articles:
        if article.kind is Kind.LAW:
            assert re.fullmatch(r"第[一二三四五六七八九十百千零]+条", article.clause or ""), article.id


def test_a_rule_of_the_regulator_names_its_article_or_says_that_it_is_to_be_checked(articles: list[Article]) -> None:
    rules = [article for article in articles if article.kind is Kind.REGULATION]
    assert rules
    for article in rules:
        named = clause_numbers(article.clause or "")
        assert named or CLAUSE_UNREAD in (article.clause or ""), article.id
        ending = article.clause if named and article.clause else article.source
        assert article.citation.endswith(ending), article.id


def test_a_statement_of_law_without_evidence_is_refused(tmp_path: Path) -> None:
    entry = "{id: x, kind: 法规, branch: 公众信息, title: 甲, text: 乙, source: 《丙》, effective_from: 2020-03-01}"
    (tmp_path / "a.yml").write_text(f"defaults: {{audience: external}}\nentries:\n  - {entry}\n", encoding="utf-8")
    with pytest.raises(ContentError, match="证据等级"):
        load_content(tmp_path)


def test_what_one_secondary_source_says_is_marked_unverified(articles: list[Article]) -> None:
    for article in articles:
        assert article.evidence != "C" or "待核实" in article.title + article.text, article.id


def test_what_is_unverified_is_never_for_customers(articles: list[Article]) -> None:
    for article in articles:
        if "待核实" in article.title + article.text or article.evidence == "C":
            assert article.audience is Audience.INTERNAL, article.id
        assert "未核对" not in article.text, article.id


def test_article_numbers_of_the_complaint_rule_exist(articles: list[Article]) -> None:
    """It was read in full: 45 articles."""
    cited = {a.clause for a in articles if "2020年第3号" in a.source}
    assert cited <= {f"第{numeral(number)}条" for number in range(1, COMPLAINT_RULE_ARTICLES + 1)}


def test_no_entry_repeats_the_working_day_limits_of_bad_sources(articles: list[Article]) -> None:
    for article in articles:
        if article.id not in {"trouble-fifteen-working-days", "reg-2018-243-monthly"}:
            assert not BAD_NUMBERS.search(article.text + article.title + (article.reply or "")), article.id


def test_internal_rules_and_cases_are_never_for_customers(articles: list[Article]) -> None:
    for article in articles:
        if article.kind in (Kind.POLICY, Kind.CASE, Kind.TROUBLE):
            assert article.audience is Audience.INTERNAL, article.id


def test_typical_cases_say_that_they_are_invented(articles: list[Article]) -> None:
    for article in articles:
        assert article.kind is not Kind.CASE or article.text.startswith("虚构案例"), article.id


def test_there_are_entries_of_every_kind_in_every_branch_of_the_tree(articles: list[Article]) -> None:
    kinds = Counter(article.kind for article in articles)
    assert set(kinds) == set(Kind)
    assert sum(kinds.values()) >= 250
    assert {article.branch.split("/")[0] for article in articles} == set(TREE)


def test_the_second_level_of_the_tree_has_one_name_for_one_thing(articles: list[Article]) -> None:
    used = {article.branch for article in articles}
    assert used == {f"{top}/{second}" for top, seconds in TREE.items() for second in seconds}


def test_every_entry_remembers_how_people_ask(articles: list[Article]) -> None:
    for article in articles:
        assert 3 <= len(article.questions) <= 5, article.id


def test_no_question_leads_to_two_entries(articles: list[Article]) -> None:
    asked = Counter(plain(question) for article in articles for question in article.questions)
    assert [question for question, times in asked.items() if times > 1] == []


def test_no_two_entries_bear_one_title(articles: list[Article]) -> None:
    titles = Counter(plain(article.title) for article in articles)
    assert [title for title, times in titles.items() if times > 1] == []


def test_every_entry_leads_on_to_others_that_exist(articles: list[Article]) -> None:
    known = {article.id for article in articles}
    for article in articles:
        assert 1 <= len(article.links) <= 4, article.id
        assert len(set(article.links)) == len(article.links), article.id
        assert set(article.links) <= known - {article.id}, article.id


def test_entries_apply_today(articles: list[Article]) -> None:
    assert all(article.in_force(date(2026, 11, 21)) for article in articles)


def test_no_law_is_older_than_the_oldest_that_we_cite_nor_is_it_dated_by_us(articles: list[Article]) -> None:
    for article in articles:
        if article.kind in (Kind.LAW, Kind.REGULATION):
            assert date(2000, 1, 1) <= article.effective_from <= date(2026, 11, 21), article.id
        else:
            assert article.effective_from == date(2026, 1, 1), article.id


def test_an_entry_says_one_thing(articles: list[Article]) -> None:
    for article in articles:
        assert len(article.text) <= 200, article.id
