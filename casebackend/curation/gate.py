"""Two answers to one question are refused; two questions that are nearly one are shown. Pure: give it to a thread."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from knowledge.analyzer import default_lexicon
from knowledge.articles import Article

MOST = 10


@dataclass(frozen=True, slots=True)
class Match:
    """`share` is 1 where the questions are one question. `other` is as it is in force."""

    question: str
    other_question: str
    other: Article
    share: float


@lru_cache(maxsize=200_000)
def key(question: str) -> str:
    """What is left of a question without its punctuation and the characters that say nothing."""
    lexicon = default_lexicon()
    plain = "".join(c for c in lexicon.normalise(question) if c.isalnum())
    return "".join(c for c in plain if c not in lexicon.stop_words) or plain


@lru_cache(maxsize=200_000)
def _pairs(question: str) -> frozenset[str]:
    plain = key(question)
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1)) or frozenset({plain})


def share(one: str, other: str) -> float:
    """Of the character pairs of both, how many are shared, 0..1."""
    left, right = _pairs(one), _pairs(other)
    return 2 * len(left & right) / (len(left) + len(right))


def overlaps(one: Article, other: Article) -> bool:
    return one.effective_from <= (other.effective_to or date.max) and other.effective_from <= (
        one.effective_to or date.max
    )


def clashes(mine: Article, others: Iterable[Article]) -> list[Match]:
    """`others`: everything in force beside it, each with all its questions."""
    asked = {key(question): question for question in mine.questions}
    return [
        Match(asked[key(question)], question, other, 1.0)
        for other in _rivals(mine, others)
        if not _says_the_same(mine, other)
        for question in other.questions
        if key(question) in asked
    ]


def near(mine: Article, others: Iterable[Article], *, percent: int) -> list[Match]:
    """The best match of each other entry, the nearest first; what clashes is not only near."""
    found = []
    for other in _rivals(mine, others):
        best = max(_matches(mine, other), key=lambda match: match.share, default=None)
        if best is not None and best.share * 100 >= percent:
            found.append(best)
    return sorted(found, key=lambda match: (-match.share, match.other.id))[:MOST]


def _matches(mine: Article, other: Article) -> Iterator[Match]:
    same = _says_the_same(mine, other)
    for question in mine.questions:
        for asked in other.questions:
            if same or key(question) != key(asked):
                yield Match(question, asked, other, share(question, asked))


def _rivals(mine: Article, others: Iterable[Article]) -> Iterator[Article]:
    for other in others:
        if other.id in (mine.id, mine.supersedes) or other.audience is not mine.audience:
            continue
        if overlaps(mine, other):
            yield other


def _says_the_same(mine: Article, other: Article) -> bool:
    return key(mine.text) == key(other.text)


def told(mine: Article, found: Sequence[Match]) -> list[dict[str, object]]:
    """For problem+json: both entries with both texts."""
    return [
        {
            "question": match.question, "article_id": mine.id, "title": mine.title, "text": mine.text,
            "other_question": match.other_question, "other_id": match.other.id, "other_version": match.other.version,
            "other_title": match.other.title, "other_text": match.other.text,
        }
        for match in found[:MOST]
    ]  # fmt: skip
