"""What somebody who types may be about to ask: titles and typical questions, from memory."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import accumulate

from knowledge.analyzer import default_lexicon
from knowledge.articles import Article, Audience

MOST_READ = 400
MOST_TERMS = 3
LONGEST = 40
SCATTERED = 8
BATCH = 500


class Means(StrEnum):
    TERM = "term"
    TITLE = "title"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Completion:
    """`article_id`: the entry with this title or question; a term has none."""

    text: str
    means: Means
    article_id: str | None


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    means: Means
    article: Article | None


ORDER = list(Means)


class Completer:
    """All lines in one text: finding a stretch of characters in it is one call, whatever the number of entries."""

    def __init__(self, articles: Iterable[Article], terms: Iterable[str] = ()) -> None:
        self._lines = [_Line(term, Means.TERM, None) for term in terms]
        for article in articles:
            self._lines.append(_Line(article.title, Means.TITLE, article))
            self._lines += [_Line(question, Means.QUESTION, article) for question in article.questions]
        self._lines.sort(key=lambda line: (ORDER.index(line.means), len(line.text), line.text))
        texts = [line.text.replace("\n", " ") for line in self._lines]
        batches = ("\n".join(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH))
        self._all = "\n" + "\n".join(default_lexicon().normalise(batch) for batch in batches) + "\n"
        self._ends = list(accumulate(len(text) + 1 for text in texts))

    def complete(self, typed: str, *, on: date, audience: Audience | None, limit: int) -> list[Completion]:
        """What begins so, then what holds it, then what holds its characters in this order."""
        wanted = " ".join(default_lexicon().normalise(typed).split())[:LONGEST]
        found: dict[str, Completion] = {}
        for line in self._candidates(wanted) if wanted else ():
            terms = sum(each.means is Means.TERM for each in found.values())
            if line.text in found or (line.means is Means.TERM and terms == MOST_TERMS):
                continue
            if line.article is None or (line.article.in_force(on) and audience in (None, line.article.audience)):
                found[line.text] = Completion(line.text, line.means, line.article.id if line.article else None)
            if len(found) == limit:
                break
        return list(found.values())

    def _candidates(self, wanted: str) -> Iterator[_Line]:
        yield from self._holding("\n" + re.escape(wanted))
        yield from self._holding(re.escape(wanted))
        if 1 < len(wanted) <= SCATTERED:
            yield from self._holding("[^\n]*?".join(map(re.escape, wanted.replace(" ", ""))))

    def _holding(self, pattern: str) -> Iterator[_Line]:
        for read, place in enumerate(re.finditer(pattern, self._all)):
            if read == MOST_READ:
                return
            yield self._lines[bisect_right(self._ends, place.end() - 2)]
