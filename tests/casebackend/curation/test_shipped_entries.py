"""The entries that are shipped keep the rules that colleagues' entries are held to."""

import pytest

from casebackend.assist import wording
from casebackend.curation import gate
from knowledge.articles import Article, Audience, load_content
from knowledge.sayable import forbidden

NEARLY_ONE = 80


@pytest.fixture(scope="module")
def shipped() -> list[Article]:
    return load_content()


def test_no_two_of_them_answer_one_question(shipped: list[Article]) -> None:
    assert [gate.clashes(one, shipped[at + 1 :]) for at, one in enumerate(shipped)] == [[] for _ in shipped]


def test_no_two_of_them_are_asked_nearly_the_same(shipped: list[Article]) -> None:
    near = [match for at, one in enumerate(shipped) for match in gate.near(one, shipped[at + 1 :], percent=NEARLY_ONE)]
    assert [(match.question, match.other_question) for match in near] == []


def test_what_customers_read_says_nothing_that_is_forbidden(shipped: list[Article]) -> None:
    for article in shipped:
        said = article.reply or ""
        if article.audience is Audience.EXTERNAL:
            said += "。" + article.title + "。" + article.text
        assert forbidden(said).named == "", article.id


def test_a_case_fills_every_place_of_a_ready_wording(shipped: list[Article]) -> None:
    facts = dict.fromkeys(wording.VARIABLES, "甲")
    assert [article.id for article in shipped if wording.filled(article.reply or "", facts)[1]] == []


def test_a_ready_wording_begins_with_the_person(shipped: list[Article]) -> None:
    said = [article for article in shipped if article.reply]
    assert [article.id for article in said if wording.with_empathy(article.reply or "") != article.reply] == []
