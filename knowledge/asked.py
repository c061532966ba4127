from array import array
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder import Encoder
from knowledge.postings import Floats, Ints, Phrasings
from knowledge.vectors import Vectors

type Vector = NDArray[np.float32]

NEAR_WEIGHT = 10.0
NEAR_TEXT_WEIGHT = 4.0
# As near as two sentences of this business are that have nothing to do with each other.
UNRELATED = 0.35


class Asked:
    """The ways of asking for each entry, one by one: of an entry the best one counts. Entries are numbered as they are
    begun; every text is normalised. Not for two threads at once."""

    def __init__(self, term_numbers: dict[str, int], encoder: Encoder | None) -> None:
        self._phrasings = Phrasings(term_numbers)
        self._trust = array("d")
        self._units_of: list[list[int]] = []
        self._encoder = encoder
        self._vectors = Vectors(encoder) if encoder else None
        self._texts = Vectors(encoder) if encoder else None

    def begin(self, text: str) -> int:
        """The number of a new entry; its text counts for nearness only."""
        self._units_of.append([])
        if self._texts:
            self._texts.add(text)
        return len(self._units_of) - 1

    def add(self, number: int, said: str, terms: Iterable[str], *, trust: float = 1.0) -> None:
        """The terms are known to the postings by now; trust is what this way counts beside the entry's own, up to 1."""
        self._units_of[number].append(self._phrasings.add(terms))
        self._trust.append(trust)
        if self._vectors:
            self._vectors.add(said)

    def prepare(self) -> bool:
        """Makes a few more vectors; False when there are no more to make."""
        return any(vectors.prepare() for vectors in (self._vectors, self._texts) if vectors)

    def vector(self, question: str) -> Vector | None:
        """May run beside everything else."""
        return self._encoder.encode([question])[0].astype(np.float32) if self._encoder else None

    def best(self, numbers: Ints, rare: Mapping[str, float], vector: Vector | None) -> tuple[Floats, Floats]:
        """For each entry what its best way of asking holds of the terms, and what nearness adds to its score."""
        units = [unit for number in numbers for unit in self._units_of[number]]
        starts = np.cumsum([0, *(len(self._units_of[number]) for number in numbers[:-1])])
        trust = np.array(self._trust)[units]
        held = np.maximum.reduceat(trust * self._phrasings.scores(rare, units), starts)
        if vector is None or self._vectors is None or self._texts is None:
            return held, np.zeros(len(numbers))
        near = np.maximum.reduceat(trust * self._vectors.nearness(vector, units), starts)
        near_text = self._texts.nearness(vector, numbers)
        return held, NEAR_WEIGHT * (near - UNRELATED) + NEAR_TEXT_WEIGHT * (near_text - UNRELATED)
