"""What one generation of the index answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.analyzer import default_lexicon
from knowledge.articles import Article, Audience, Kind
from knowledge.completions import Completer
from knowledge.engine import BM25F, And, Or, Term, TermRange
from knowledge.fusion import HEAD, Answer, fused
from knowledge.highlights import Segment, excerpt, highlight
from knowledge.index import OpenedIndex, stored_article
from knowledge.query import Wanted, compose, in_plain_words, loosened, parse
from knowledge.term_scores import TermScores, best
from knowledge.vocabulary import Advice, other_wordings, unknown_words

DEEPEST = 1_000


class Order(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where to look. `on`: what was in force that day, any day without it; `branch` holds what is below it."""

    on: date | None = None
    kinds: frozenset[Kind] | None = None
    branch: str | None = None
    source: str | None = None
    audience: Audience | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    article: Article
    score: float
    title: tuple[Segment, ...]
    excerpt: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """A stretch of what was found, how much it is in all, and which words no entry holds. `advice` only where nothing
    was found. `reduced`: it may be less than there is."""

    hits: list[Hit]
    total: int
    unknown: tuple[str, ...]
    advice: Advice | None
    reduced: bool = False


@dataclass(frozen=True, slots=True)
class Shelves:
    """How many entries stand under each branch (with those below it), kind, source and department."""

    branches: dict[str, int]
    kinds: dict[str, int]
    sources: dict[str, int]
    units: dict[str, int]


class Snapshot:
    """One generation of the index, in memory. Plain words are scored by `TermScores`, what is required by Whoosh: not
    told to `optimize`, whose bookkeeping of which block may still count costs more, with the many common terms of a
    Chinese question, than reading them all. Not for two threads at once. `gone`: documents that count no more."""

    def __init__(self, opened: OpenedIndex, gone: frozenset[int] = frozenset()) -> None:
        self.content_digest = opened.content_digest
        self._gone = gone
        self._searcher = opened.whoosh.searcher(weighting=BM25F())
        self._reader = self._searcher.reader()
        self._scores = TermScores(self._searcher)
        self._allowed = lru_cache(maxsize=32)(self._allowed_documents)
        self._mask = lru_cache(maxsize=32)(self._mask_of)
        self._under = lru_cache(maxsize=256)(self._documents_under)
        self._number = lru_cache(maxsize=4_096)(self._document_of)
        self.shelves = lru_cache(maxsize=16)(self._shelves)
        self._starts: dict[int, str] | None = None

    def find(self, wanted: Wanted, bounds: Bounds, start: int, limit: int) -> list[Hit]:
        terms = wanted.highlight_terms()
        ranked = self._ranked(wanted, bounds, start + limit if limit > 0 else 0)
        return [self._hit(number, score, terms) for number, score in ranked[start:]]

    def look(
        self, query: str, bounds: Bounds, order: Order, start: int, limit: int, answers: Sequence[Answer] = ()
    ) -> Looked:
        wanted = parse(query)
        found = self._matching(query, wanted) & self._allowed(bounds)
        unknown = unknown_words(query, self._reader)
        if not found:
            return Looked([], 0, unknown, self._advice(query, wanted, bounds, unknown))
        answering = self._answering(wanted, answers, found, bounds)
        found = found.union(answering)
        if query.strip() and order is Order.RELEVANCE:
            hits = self._best(wanted, bounds, answering, start, limit)
        else:
            terms = wanted.highlight_terms() if query.strip() else ()
            hits = [self._hit(number, 0.0, terms) for number in self._newest(found)[start : start + limit]]
        return Looked(hits, len(found), unknown, None)

    def _answering(self, wanted: Wanted, answers: Sequence[Answer], found: set[int], bounds: Bounds) -> dict[int, None]:
        """In their order, those that may be shown: who names an entry, an article of law or the very words gets it."""
        if not answers or not in_plain_words(wanted, self._reader):
            return {}
        allowed = self._allowed(bounds)
        numbers = [(self._number(answer.article_id, answer.version), answer.sure) for answer in answers]
        return {number: None for number, sure in numbers if number in found or (sure and number in allowed)}

    def _best(self, wanted: Wanted, bounds: Bounds, answering: dict[int, None], start: int, limit: int) -> list[Hit]:
        if not answering or limit < 1:
            return self.find(wanted, bounds, start, limit)
        scores = dict(self._ranked(wanted, bounds, max(HEAD, start + limit) + len(answering)))
        terms = wanted.highlight_terms()
        return [
            self._hit(number, scores.get(number, 0.0), terms)
            for number in fused(list(scores), list(answering))[start : start + limit]
        ]

    def _ranked(self, wanted: Wanted, bounds: Bounds, depth: int) -> list[tuple[int, float]]:
        """Numbers and scores, the best first."""
        composed, allowed = compose(wanted, self._reader), self._allowed(bounds)
        if composed is None or depth < 1 or not allowed:  # Whoosh takes an empty filter for no filter
            return []
        if isinstance(composed, Or):
            return best(self._scores.summed(composed.subqueries), self._mask(bounds), depth)
        results = self._searcher.search(composed, filter=allowed, limit=depth, optimize=False)
        return [(number, float(score)) for score, number in results.top_n]

    def _hit(self, number: int, score: float, terms: tuple[str, ...]) -> Hit:
        article = stored_article(self._searcher.stored_fields(number)["article"])
        return Hit(article, score, highlight(article.title, terms), excerpt(article.text, terms))

    def completer(self) -> Completer:
        stored = (stored_article(fields["article"]) for fields in self._searcher.all_stored_fields())
        words = ("title", "questions", "text")
        terms = [term for term in default_lexicon().terms if any((field, term) in self._reader for field in words)]
        return Completer(stored, terms)

    def _matching(self, query: str, wanted: Wanted) -> set[int]:
        """Of plain words the postings are read one after the other; Whoosh walks all of them side by side."""
        if not query.strip():
            return self._allowed(Bounds())
        composed = compose(wanted, self._reader)
        if composed is None:
            return set()
        if isinstance(composed, Or):
            return set(np.flatnonzero(self._scores.summed(composed.subqueries)).tolist()) - self._gone
        return set(self._searcher.docs_for_query(composed)) - self._gone

    def _newest(self, found: set[int]) -> list[int]:
        if self._starts is None:
            days = [word.decode() for word in self._reader.lexicon("starts")]
            self._starts = {number: day for day in days for number in self._under("starts", day)}
        starts = self._starts
        return sorted(sorted(found), key=starts.__getitem__, reverse=True)

    def _advice(self, query: str, wanted: Wanted, bounds: Bounds, unknown: tuple[str, ...]) -> Advice:
        matching, allowed = self._matching(query, wanted), self._allowed(bounds)
        given = [name for name in bounds.__slots__ if getattr(bounds, name) is not None]
        without = {name: len(matching & self._allowed(replace(bounds, **{name: None}))) for name in given}

        def counted(others: Iterable[str]) -> dict[str, int]:
            found = {words: len(self._matching(words, parse(words)) & allowed) for words in others if words != query}
            return {words: count for words, count in found.items() if words.strip() and count}

        return Advice(
            without={name: count for name, count in without.items() if count},
            elsewhere=len(matching),
            loose=counted([loosened(query)]),
            near=counted(other_wordings(query, unknown, self._reader)),
            day=self._day_of(matching & self._allowed(replace(bounds, on=None)), bounds.on),
        )

    def _day_of(self, found: set[int], on: date | None) -> date | None:
        """A day on which the newest of these counted: its last one if that is over, its first one if it is to come."""
        if not found or on is None:
            return None
        article = stored_article(self._searcher.stored_fields(self._newest(found)[0])["article"])
        over = article.effective_to is not None and article.effective_to < on
        return article.effective_to if over else article.effective_from

    def _mask_of(self, bounds: Bounds) -> NDArray[np.bool_]:
        mask = np.zeros(self._searcher.doc_count_all(), np.bool_)
        mask[list(self._allowed(bounds))] = True
        return mask

    def _document_of(self, article_id: str, version: int) -> int | None:
        for number in self._searcher.docs_for_query(Term("id", article_id.lower())):
            article = stored_article(self._searcher.stored_fields(number)["article"])
            if (article.id, article.version) == (article_id, version):
                return int(number)
        return None

    def _documents_under(self, field: str, term: str) -> frozenset[int]:
        return frozenset(self._searcher.docs_for_query(Term(field, term)))

    def _shelves(self, bounds: Bounds) -> Shelves:
        allowed = self._allowed(bounds)

        def counted(field: str) -> dict[str, int]:
            words = [word.decode() for word in self._reader.lexicon(field)]
            return {word: count for word in words if word and (count := len(self._under(field, word) & allowed))}

        branches: dict[str, int] = {}
        for branch, count in counted("branch").items():
            parts = branch.split("/")
            for depth in range(1, len(parts) + 1):
                above = "/".join(parts[:depth])
                branches[above] = branches.get(above, 0) + count
        return Shelves(branches, counted("kind"), counted("source"), counted("unit"))

    def _allowed_documents(self, bounds: Bounds) -> set[int]:
        """Days are compared as ISO text: NumericRange of Whoosh 2.7.4 lets days through that lie outside."""
        day = bounds.on.isoformat() if bounds.on else None
        parts: list[Any] = [TermRange("starts", None, day), TermRange("ends", day, None)]
        if bounds.kinds is not None:
            parts.append(Or([Term("kind", kind.value) for kind in bounds.kinds]))
        if bounds.audience is not None:
            parts.append(Term("audience", bounds.audience.value))
        found = set(self._searcher.docs_for_query(And(parts))) - self._gone
        if bounds.source is not None:
            found &= self._under("source", bounds.source)
        if bounds.unit is not None:
            found &= self._under("unit", bounds.unit)
        if bounds.branch is not None:
            words = [word.decode() for word in self._reader.lexicon("branch")]
            below = [word for word in words if f"{word}/".startswith(f"{bounds.branch}/")]
            found &= frozenset().union(*(self._under("branch", word) for word in below))
        return found
