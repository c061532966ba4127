"""Scores of plain words: Whoosh's formula over all postings of a term at once, not document by document."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.engine import bm25

# 16 bytes a posting, few terms of a query have more of them than `query.POSTINGS_BUDGET`: about 65 MB at most.
TERMS_KEPT = 512

type Numbers = NDArray[np.intp]
type Scores = NDArray[np.float64]


class TermScores:
    """Of one index that does not change. Not for two threads at once."""

    def __init__(self, searcher: Any) -> None:
        self._searcher = searcher
        self._reader = searcher.reader()
        self._count = searcher.doc_count_all()
        self._postings = lru_cache(maxsize=TERMS_KEPT)(self._read)
        self._lengths = lru_cache(maxsize=None)(self._read_lengths)

    def summed(self, terms: Sequence[Any]) -> Scores:
        """Of each document, zero where no term stands. `terms`: the parts of a Whoosh `Or`, each with its boost."""
        scores = np.zeros(self._count)
        for term in terms:
            numbers, worth = self._postings(term.fieldname, term.text)
            scores[numbers] += worth * term.boost
        return scores

    def _read(self, field: str, text: str) -> tuple[Numbers, Scores]:
        if (field, text) not in self._reader:
            return np.zeros(0, np.intp), np.zeros(0)
        numbers, weights = [], []
        matcher = self._reader.postings(field, text)
        while matcher.is_active():
            numbers.append(matcher.id())
            weights.append(matcher.weight())
            matcher.next()
        found, counted = np.array(numbers, np.intp), np.array(weights)
        if not self._searcher.schema[field].scorable:
            return found, counted
        model = self._searcher.weighting
        average = self._searcher.avg_field_length(field) or 1
        idf = self._searcher.idf(field, text)
        return found, bm25(idf, counted, self._lengths(field)[found], average, model.B, model.K1)

    def _read_lengths(self, field: str) -> Scores:
        return np.array([self._reader.doc_field_length(number, field, 1) for number in range(self._count)], np.float64)


def best(scores: Scores, allowed: NDArray[np.bool_], depth: int) -> list[tuple[int, float]]:
    """The `depth` best of those allowed, of equal ones the lowest number first, as Whoosh does."""
    found = np.flatnonzero((scores > 0) & allowed)
    first = found[np.lexsort((found, -scores[found]))[:depth]]
    return [(int(number), float(scores[number])) for number in first]
