from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# What more than every eighth unit holds is kept as one number for each unit: adding it up is then a plain sum.
OFTEN = 8
UNIT_BITS = 32


class Postings:
    """BM25 over units that are only ever added or extended; what is new is merged in at the next question."""

    def __init__(self, *, k1: float = 1.2, b: float = 0.75) -> None:
        self._k1 = k1
        self._b = b
        self.numbers: dict[str, int] = {}
        self._lengths = array("d")
        self._new_keys, self._new_counts = array("q"), array("f")
        self._keys: Ints = np.empty(0, dtype=np.int64)
        self._units: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self._counts: NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self._impacts: NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self._starts: Ints = np.zeros(1, dtype=np.int64)
        self._idf: Floats = np.empty(0)
        self._dense: dict[int, NDArray[np.float32]] = {}

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, terms: Iterable[str]) -> int:
        self._lengths.append(0)
        unit = len(self._lengths) - 1
        self.extend(unit, terms)
        return unit

    def extend(self, unit: int, terms: Iterable[str], share: float = 1.0) -> None:
        """`share` of one is an occurrence, less is a part of it."""
        counts = Counter(terms)
        self._lengths[unit] += share * counts.total()
        for term, count in counts.items():
            self._new_keys.append(self.numbers.setdefault(term, len(self.numbers)) << UNIT_BITS | unit)
            self._new_counts.append(share * count)

    def score(self, weights: Mapping[str, float]) -> Floats:
        self.merge()
        total = np.zeros(len(self._lengths))
        units, impacts = [], []
        for term, weight in weights.items():
            number = self.numbers.get(term)
            if number is None:
                continue
            held = slice(self._starts[number], self._starts[number + 1])
            if (held.stop - held.start) * OFTEN > len(total):
                total += weight * self._spread(number, held)
            else:
                units.append(self._units[held])
                impacts.append(weight * self._impacts[held])
        if units:
            total += np.bincount(np.concatenate(units), np.concatenate(impacts), minlength=len(total))
        return total

    def held(self, terms: Sequence[str], unit: int) -> list[str]:
        """Those of the terms that the unit holds."""
        self.merge()
        known = [(term, number) for term in terms if (number := self.numbers.get(term)) is not None]
        keys = np.array([number for _, number in known], dtype=np.int64) << UNIT_BITS | unit
        at = np.searchsorted(self._keys, keys)
        found = at < len(self._keys)
        found[found] = self._keys[at[found]] == keys[found]
        return [term for (term, _), held in zip(known, found, strict=True) if held]

    def idf(self, term: str) -> float:
        """A term never seen tells as much as one seen once."""
        self.merge()
        number = self.numbers.get(term)
        return float(np.log(1 + len(self._lengths))) if number is None else float(self._idf[number])

    def merge(self) -> None:
        if not self._new_keys:
            return
        keys, counts = np.array(self._new_keys), np.array(self._new_counts, dtype=np.float32)
        del self._new_keys[:], self._new_counts[:]
        keys, counts = _summed(keys, counts)
        at = np.searchsorted(self._keys, keys)
        known = at < len(self._keys)
        known[known] = self._keys[at[known]] == keys[known]
        self._counts[at[known]] += counts[known]
        self._keys = np.insert(self._keys, at[~known], keys[~known])
        self._counts = np.insert(self._counts, at[~known], counts[~known])
        self._weigh()

    def _weigh(self) -> None:
        terms, self._units = self._keys >> UNIT_BITS, (self._keys & (1 << UNIT_BITS) - 1).astype(np.int32)
        self._starts = np.searchsorted(terms, np.arange(len(self.numbers) + 1))
        frequency = np.diff(self._starts)
        self._idf = np.log(1 + (len(self._lengths) - frequency + 0.5) / (frequency + 0.5))
        norm = _norm(np.array(self._lengths), self._k1, self._b)
        saturated = self._counts * (self._k1 + 1) / (self._counts + norm[self._units])
        self._impacts = (self._idf[terms] * saturated).astype(np.float32)
        self._dense = {}

    def _spread(self, number: int, held: slice) -> NDArray[np.float32]:
        found = self._dense.get(number)
        if found is None:
            found = np.zeros(len(self._lengths), dtype=np.float32)
            found[self._units[held]] = self._impacts[held]
            self._dense[number] = found
        return found


class Phrasings:
    """Single ways of asking, each with its terms: for the few that are looked at one by one."""

    def __init__(self, numbers: dict[str, int], *, k1: float = 1.2, b: float = 0.75) -> None:
        self._numbers = numbers
        self._k1 = k1
        self._b = b
        self._starts = array("q", [0])
        self._lengths = array("d")
        self._new_terms, self._new_counts = array("i"), array("f")
        self._terms: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self._counts: NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self._wanted: NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self._bounds: Ints = np.zeros(0, dtype=np.int64)
        self._norms: Floats = np.empty(0)

    def add(self, terms: Iterable[str]) -> int:
        """The terms are known to the postings by now."""
        counts = Counter(terms)
        self._new_terms.extend(self._numbers[term] for term in counts)
        self._new_counts.extend(counts.values())
        self._starts.append(self._starts[-1] + len(counts))
        self._lengths.append(counts.total())
        return len(self._lengths) - 1

    def scores(self, weights: Mapping[str, float], units: Sequence[int]) -> Floats:
        """`weights` hold the idf already. Not for two threads at once."""
        self._merge()
        wanted = [
            (number, weight) for term, weight in weights.items() if (number := self._numbers.get(term)) is not None
        ]
        for number, weight in wanted:
            self._wanted[number] = weight
        chosen = np.array(units, dtype=np.int64)
        starts = self._bounds[chosen]
        sizes = self._bounds[chosen + 1] - starts
        of = np.repeat(np.arange(len(chosen)), sizes)
        held = np.arange(len(of)) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
        norm = self._norms[chosen][of]
        counts = self._counts[held]
        each = self._wanted[self._terms[held]] * counts * (self._k1 + 1) / (counts + norm)
        for number, _ in wanted:
            self._wanted[number] = 0
        found: Floats = np.bincount(of, each, minlength=len(chosen))
        return found

    def _merge(self) -> None:
        if self._new_terms:
            self._terms = np.concatenate([self._terms, np.array(self._new_terms, dtype=np.int32)])
            self._counts = np.concatenate([self._counts, np.array(self._new_counts, dtype=np.float32)])
            del self._new_terms[:], self._new_counts[:]
        if len(self._bounds) < len(self._starts):
            self._bounds, self._norms = np.array(self._starts), _norm(np.array(self._lengths), self._k1, self._b)
        if len(self._wanted) < len(self._numbers):
            self._wanted = np.zeros(len(self._numbers), dtype=np.float32)


def _norm(lengths: Floats, k1: float, b: float) -> Floats:
    return k1 * (1 - b + b * lengths / max(float(lengths.mean()), 1e-9))


def _summed(keys: Ints, counts: NDArray[np.float32]) -> tuple[Ints, NDArray[np.float32]]:
    """Each key once, in order."""
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[first], np.add.reduceat(counts, first)
