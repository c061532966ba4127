"""Two answers to one question are refused; two questions that are nearly one are shown. Pure: give it to a thread."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from knowledge.analyzer import default_lexicon
from knowledge.articles import Article

MOST = 10
# Signs that say nothing; within a number or a moment they do (1.5 is not 15).
SIGNS = re.compile(r"[\s,;!?()\[\]\"'“”‘’，。、；！？…《》【】〈〉「」·~—_]|(?<!\d)[.:]|[.:](?!\d)")
# All that may be left out of a question without asking another one: never a word of being able, of being or of not.
PARTICLES = re.compile("请问|的|了|吗|呢|吧|啊|呀|哦|嘛|啦|呗")


@dataclass(frozen=True, slots=True)
class Match:
    """`share` is 1 where the questions are one, or differ only in what a search passes over, such as a 不. `other` is
    as it is in force."""

    question: str
    other_question: str
    other: Article
    share: float


def plain(text: str) -> str:
    """However it is punctuated and written."""
    return SIGNS.sub("", default_lexicon().normalise(text))


@lru_cache(maxsize=200_000)
def key(question: str) -> str:
    """One for each question: 能退 is not 不能退, 提前还款 is not 提前款."""
    said = plain(question)
    return PARTICLES.sub("", said) or said


@lru_cache(maxsize=200_000)
def _telling(question: str) -> str:
    """What is left of a question without the characters that a search passes over."""
    lexicon = default_lexicon()
    said = "".join(c for c in lexicon.normalise(question) if c.isalnum())
    return "".join(c for c in said if c not in lexicon.stop_words) or said


@lru_cache(maxsize=200_000)
def pairs(question: str) -> frozenset[str]:
    said = _telling(question)
    return frozenset(said[at : at + 2] for at in range(len(said) - 1)) or frozenset({said})


def share(one: str, other: str) -> float:
    """Of the character pairs of both, how many are shared, 0..1."""
    left, right = pairs(one), pairs(other)
    return 2 * len(left & right) / (len(left) + len(right))


def asked_by(article: Article) -> tuple[str, ...]:
    """Whoever reads only the title takes the text for the answer to it."""
    return (article.title, *article.questions)


def overlaps(one: Article, other: Article) -> bool:
    return one.effective_from <= (other.effective_to or date.max) and other.effective_from <= (
        one.effective_to or date.max
    )


def clashes(mine: Article, others: Iterable[Article]) -> list[Match]:
    """`others`: everything in force beside it, each with all its questions."""
    asked = {key(question): question for question in reversed(asked_by(mine))}
    return [
        Match(asked[key(question)], question, other, 1.0)
        for other in _rivals(mine, others)
        if contradicts(mine, other)
        for question in dict.fromkeys(asked_by(other))
        if key(question) in asked
    ]


def answered(question: str, mine: Article, others: Iterable[Article]) -> list[Match]:
    """Once for each other entry for the same readers that answers this question already, whatever it says."""
    found = {
        other.id: Match(question, asked, other, 1.0)
        for other in _rivals(mine, others)
        if other.audience is mine.audience
        for asked in reversed(asked_by(other))
        if key(asked) == key(question)
    }
    return list(found.values())


def near(mine: Article, others: Iterable[Article], *, percent: int) -> list[Match]:
    """The best match of each other entry, the nearest first; what clashes is not only near."""
    found = []
    for other in _rivals(mine, others):
        best = max(_matches(mine, other), key=lambda match: match.share, default=None)
        if best is not None and best.share * 100 >= percent:
            found.append(best)
    return sorted(found, key=lambda match: (-match.share, match.other.id))[:MOST]


def _matches(mine: Article, other: Article) -> Iterator[Match]:
    against = contradicts(mine, other)
    for question in asked_by(mine):
        for asked in asked_by(other):
            if not against or key(question) != key(asked):
                yield Match(question, asked, other, share(question, asked))


def _rivals(mine: Article, others: Iterable[Article]) -> Iterator[Article]:
    for other in others:
        if other.id not in (mine.id, mine.supersedes) and overlaps(mine, other):
            yield other


def contradicts(mine: Article, other: Article) -> bool:
    """For one question. What colleagues read beside what customers read is no second answer."""
    return mine.audience is other.audience and not _says_the_same(mine, other)


def _says_the_same(mine: Article, other: Article) -> bool:
    replies = {plain(each.reply) for each in (mine, other) if each.reply}
    return plain(mine.text) == plain(other.text) and len(replies) < 2


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
