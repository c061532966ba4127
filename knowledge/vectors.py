from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder import SIZE, Encoder
from knowledge.postings import Floats

# So many are made at once: a few milliseconds, then somebody else has his turn.
PORTION = 16


class Vectors:
    """Texts by number as vectors, each made when it is first looked at or before. Not for two threads at once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._texts: list[str] = []
        self._known: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._rows: NDArray[np.float16] = np.empty((0, SIZE), dtype=np.float16)
        self._all_known_before = 0

    def add(self, text: str) -> int:
        self._texts.append(text)
        return len(self._texts) - 1

    def nearness(self, question: NDArray[np.float32], numbers: Sequence[int] | NDArray[np.int64]) -> Floats:
        """From 1 (says the same) to -1, for each number."""
        chosen = np.asarray(numbers, dtype=np.int64)
        self._make_room()
        self._make(chosen[~self._known[chosen]])
        found: Floats = (self._rows[chosen].astype(np.float32) @ question).astype(np.float64)
        return found

    def prepare(self) -> bool:
        """Makes the next few; False when there are no more."""
        self._make_room()
        missing = np.flatnonzero(~self._known[self._all_known_before : len(self._texts)])[:PORTION]
        if not len(missing):
            self._all_known_before = len(self._texts)
            return False
        missing += self._all_known_before
        self._make(missing)
        self._all_known_before = int(missing[-1]) + 1
        return True

    def _make(self, numbers: NDArray[np.int64]) -> None:
        if len(numbers):
            self._rows[numbers] = self._encoder.encode([self._texts[number] for number in numbers])
            self._known[numbers] = True

    def _make_room(self) -> None:
        lacking = len(self._texts) - len(self._known)
        if lacking > 0:
            more = max(lacking, len(self._known) // 2)
            self._known = np.concatenate([self._known, np.zeros(more, dtype=np.bool_)])
            self._rows = np.concatenate([self._rows, np.empty((more, SIZE), dtype=np.float16)])
