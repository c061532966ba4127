from array import array
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Postings:
    """BM25 over units that are only ever added; what was added is merged into the arrays at the next question."""

    def __init__(self, *, k1: float = 1.2, b: float = 0.5) -> None:
        self._k1 = k1
        self._b = b
        self._numbers: dict[str, int] = {}
        self._lengths = array("f")
        self._new_terms, self._new_units, self._new_counts = array("i"), array("i"), array("f")
        self._terms: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self._units: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self._counts: NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self._impacts: NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self._starts: Ints = np.zeros(1, dtype=np.int64)
        self._idf: Floats = np.empty(0)

    def add(self, terms: Iterable[str]) -> int:
        counts = Counter(terms)
        unit = len(self._lengths)
        self._lengths.append(counts.total())
        for term, count in counts.items():
            self._new_terms.append(self._numbers.setdefault(term, len(self._numbers)))
            self._new_units.append(unit)
            self._new_counts.append(count)
        return unit

    def __len__(self) -> int:
        return len(self._lengths)

    def score(self, weights: dict[str, float]) -> Floats:
        self._merge()
        total = np.zeros(len(self._lengths))
        for term, weight in weights.items():
            number = self._numbers.get(term)
            if number is not None:
                held = slice(self._starts[number], self._starts[number + 1])
                total[self._units[held]] += weight * self._impacts[held]
        return total

    def contains(self, term: str, unit: int) -> bool:
        self._merge()
        number = self._numbers.get(term)
        if number is None:
            return False
        held = self._units[self._starts[number] : self._starts[number + 1]]
        at = int(np.searchsorted(held, unit))
        return at < len(held) and int(held[at]) == unit

    def idf(self, term: str) -> float:
        """A term never seen tells as much as one seen once."""
        self._merge()
        number = self._numbers.get(term)
        return float(np.log(1 + len(self._lengths))) if number is None else float(self._idf[number])

    def _merge(self) -> None:
        if not self._new_terms:
            return
        terms = np.concatenate([self._terms, np.array(self._new_terms, dtype=np.int32)])
        units = np.concatenate([self._units, np.array(self._new_units, dtype=np.int32)])
        counts = np.concatenate([self._counts, np.array(self._new_counts, dtype=np.float32)])
        del self._new_terms[:], self._new_units[:], self._new_counts[:]
        order = np.lexsort((units, terms))
        self._terms, self._units, self._counts = terms[order], units[order], counts[order]
        self._starts = np.searchsorted(self._terms, np.arange(len(self._numbers) + 1))
        frequency = np.diff(self._starts)
        self._idf = np.log(1 + (len(self._lengths) - frequency + 0.5) / (frequency + 0.5))
        lengths = np.array(self._lengths)
        norm = self._k1 * (1 - self._b + self._b * lengths / max(lengths.mean(), 1e-9))
        saturated = self._counts * (self._k1 + 1) / (self._counts + norm[self._units])
        self._impacts = (self._idf[self._terms] * saturated).astype(np.float32)
