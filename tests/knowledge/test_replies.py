"""What a customer gets to read: no promise, no admission, only variables that a case can fill."""

import re

import pytest

from knowledge.articles import Article, Audience, Kind, load_content

VARIABLES = {"客户称呼", "投诉编号", "登记时间", "答复期限", "受理单位", "金额", "联系电话"}
PROMISE = re.compile(
    r"一定(?:赔|退|会|给|能|解决|如实)|必定|肯定(?:会|能|给|赔|退)|(?:我们|本行|我)(?:向您)?(?:保证|承诺)|向您(?:保证|承诺)"
    r"|承诺(?:赔|退|给您)|保证(?:赔|退|解决|今天|到账|追回|给您)|全额(?:赔|退)|第一时间|当天就|无条件|包(?:赔|退)"
    r"|(?:马上|立即|尽快)(?:给您)?(?:退|赔|解决)|会(?:退|赔|补偿)|必须退|(?:退还|赔偿|补偿|赔)给您"
)
ADMISSION = re.compile(
    r"承认|责任在(?:我|本行)|(?:我行|本行|我们)(?:的)?(?:错|失误|过错|过失|疏忽|责任)|(?:我行|本行|我们)有责"
    r"|是我们(?:不对|没|做得)|我们(?:没有|没)(?:做好|尽到)|让您受委屈|给您添麻烦|工作失误"
)


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return load_content()


def read_by_customers(articles: list[Article]) -> list[tuple[str, str]]:
    texts = [(a.id, a.title + "。" + a.text) for a in articles if a.audience is Audience.EXTERNAL]
    return texts + [(a.id, a.reply) for a in articles if a.reply]


def test_nothing_that_customers_read_promises(articles: list[Article]) -> None:
    for id, text in read_by_customers(articles):
        assert not PROMISE.search(text), id


def test_nothing_that_customers_read_admits_a_fault(articles: list[Article]) -> None:
    for id, text in read_by_customers(articles):
        assert not ADMISSION.search(text), id


@pytest.mark.parametrize(
    "said",
    [
        "我们一定赔", "保证今天解决", "全额退款", "结果出来第一时间告诉您", "当天就有人联系您", "马上给您退",
        "尽快解决", "我们保证给您一个说法", "本行会退还手续费", "差额补偿给您", "结果一定如实告诉您",
    ],
)  # fmt: skip
def test_a_promise_is_recognised(said: str) -> None:
    assert PROMISE.search(said)


@pytest.mark.parametrize(
    "said", ["这是我们的错", "责任在我行", "本行承认多收", "我们的失误", "让您受委屈了", "给您添麻烦了", "是我们没做好"]
)
def test_an_admission_is_recognised(said: str) -> None:
    assert ADMISSION.search(said)


@pytest.mark.parametrize("said", ["不得承诺保本保收益", "连带责任保证", "确有错误的予以更正", "责任依核查的情况认定"])
def test_a_statement_of_law_is_neither(said: str) -> None:
    assert not PROMISE.search(said)
    assert not ADMISSION.search(said)


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
