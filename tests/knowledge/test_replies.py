"""What a customer gets to read: no promise, no admission, only variables that a case can fill."""

import re

import pytest

from knowledge.articles import Article, Audience, Kind, load_content
from knowledge.sayable import forbidden

VARIABLES = {"客户称呼", "投诉编号", "登记时间", "答复期限", "受理单位", "金额", "联系电话"}


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return load_content()


def read_by_customers(articles: list[Article]) -> list[tuple[str, str]]:
    texts = [(a.id, a.title + "。" + a.text) for a in articles if a.audience is Audience.EXTERNAL]
    return texts + [(a.id, a.reply) for a in articles if a.reply]


def test_nothing_that_customers_read_promises(articles: list[Article]) -> None:
    for id, text in read_by_customers(articles):
        assert forbidden(text).promises == (), id


def test_nothing_that_customers_read_admits_a_fault(articles: list[Article]) -> None:
    for id, text in read_by_customers(articles):
        assert forbidden(text).admissions == (), id


def test_a_reply_uses_only_what_a_case_can_fill(articles: list[Article]) -> None:
    for article in articles:
        if article.reply:
            assert set(re.findall(r"\{(.*?)\}", article.reply)) <= VARIABLES, article.id
            assert not re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", article.reply)), article.id


def test_a_reply_is_short_and_speaks_to_the_customer(articles: list[Article]) -> None:
    for article in articles:
        if article.reply:
            assert 40 <= len(article.reply) <= 300, article.id
            assert article.reply.startswith(("{客户称呼}，", "各位")), article.id


def test_a_ready_wording_stands_only_where_the_customer_may_read_the_entry(articles: list[Article]) -> None:
    assert [a.id for a in articles if a.reply and a.audience is not Audience.EXTERNAL] == []


def test_what_customers_ask_most_has_a_ready_wording(articles: list[Article]) -> None:
    assert [a.id for a in articles if a.kind is Kind.SCRIPT and not a.reply] == []
    assert sum(bool(a.reply) for a in articles if a.kind is not Kind.SCRIPT) >= 60


def test_no_two_entries_have_one_wording(articles: list[Article]) -> None:
    replies = [article.reply for article in articles if article.reply]
    assert len(set(replies)) == len(replies)
