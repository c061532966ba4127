"""Nothing of the seeds, of a real bank or of a person stands in an entry."""

import hashlib
import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from knowledge.articles import Article, load_content

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
SAMPLED = Path(__file__).with_name("seed_shingles.txt")
RUN = 16
EVERY = 8
NOT_CHINESE = re.compile(r"[^㐀-鿿]+")
PUBLIC_NUMBERS = {"110", "120", "12378", "12363", "12315", "96110"}
LIKE_A_NUMBER = re.compile(r"(?<!\d)(?:[19]\d{4}|\d{7,}|\d{3,4}-\d{4,}(?:-\d+)?)(?!\d)")
STAND_INS = re.compile(r"[张王李赵刘陈]某|[张王李赵刘陈][三四五六]|某某")


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return load_content()


def words(article: Article) -> str:
    return "\n".join([article.title, article.text, article.reply or "", article.source, *article.questions])


def runs(text: str, every: int = 1) -> set[str]:
    """Every stretch of 16 Chinese characters, punctuation and names of laws left out."""
    chinese = NOT_CHINESE.sub("", unicodedata.normalize("NFKC", re.sub(r"《[^》]*》", "", text)))
    return {chinese[at : at + RUN] for at in range(0, len(chinese) - RUN + 1, every)}


def hashed(run: str) -> str:
    return hashlib.sha256(run.encode()).hexdigest()[:10]


@cache
def of_the_seeds() -> frozenset[str]:
    return frozenset().union(*(runs(path.read_text(errors="ignore")) for path in sorted(SEEDS.glob("*.txt"))))


def test_no_sentence_of_the_seeds_stands_in_an_entry(articles: list[Article]) -> None:
    """Without the seeds the sampled hashes of them speak: they know a run of 23 characters or more."""
    sampled = frozenset(SAMPLED.read_text().split())
    assert len(sampled) > 2000
    known = of_the_seeds() if SEEDS.is_dir() else frozenset()
    for article in articles:
        for field in words(article).split("\n"):
            for run in runs(field):
                assert run not in known, (article.id, run)
                assert hashed(run) not in sampled, (article.id, run)


def test_a_sentence_of_the_seeds_would_be_noticed() -> None:
    if not SEEDS.is_dir():
        pytest.skip("shared/seeds is not beside this clone; the sampled hashes are used alone")
    sampled = frozenset(SAMPLED.read_text().split())
    longest = max(NOT_CHINESE.split(next(iter(sorted(SEEDS.glob("*.txt")))).read_text(errors="ignore")), key=len)
    assert len(longest) >= RUN
    assert runs(longest) & of_the_seeds()
    assert sampled <= {hashed(run) for run in of_the_seeds()}


def test_no_number_to_call_but_those_of_the_authorities(articles: list[Article]) -> None:
    for article in articles:
        said = words(article).replace(article.source, "")
        assert set(LIKE_A_NUMBER.findall(said)) <= PUBLIC_NUMBERS, article.id


@pytest.mark.parametrize("number", ["95000", "10000000000", "0000-1234567", "400-000-0000"])
def test_a_number_to_call_is_recognised(number: str) -> None:
    assert LIKE_A_NUMBER.search(f"请拨打{number}。")


def test_no_person_is_named(articles: list[Article]) -> None:
    for article in articles:
        assert not STAND_INS.search(words(article)), article.id
