"""Which entries are asked the same or nearly the same, without looking at all of them. Exact: what a look at every
published question would find is found. Pure: give it to a thread, the more so as the first look for what is nearly the
same enters the pairs of all questions."""

import math
import threading
from array import array
from collections.abc import Collection, Iterable, Mapping

from casebackend.curation.gate import key, pairs, share


class Asked:
    """Questions under their key and under each pair of characters. What is gone stays in the lists, marked, until half
    of them is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.edition = -1
        self._clear()

    def _clear(self) -> None:
        self._said: dict[str, frozenset[str]] = {}
        self._units: list[tuple[str, str] | None] = []
        self._units_of: dict[str, list[int]] = {}
        self._same: dict[str, array[int]] = {}
        self._under: dict[str, array[int]] = {}
        self._paired = 0

    def take(self, said: Mapping[str, Iterable[str]], edition: int = 0) -> None:
        """All questions by the id of their entry; only what differs costs anything. What another has taken since is
        newer and stays."""
        wanted = {id: frozenset(questions) for id, questions in said.items()}
        with self._lock:
            if edition <= self.edition:
                return
            self.edition = edition
            live = sum(map(len, self._units_of.values()))
            if live * 2 < len(self._units):
                self._clear()
            for id in [id for id, questions in self._said.items() if wanted.get(id) != questions]:
                del self._said[id]
                for unit in self._units_of.pop(id):
                    self._units[unit] = None
            for id in wanted.keys() - self._said.keys():
                self._enter(id, wanted[id])

    def _enter(self, id: str, questions: frozenset[str]) -> None:
        self._said[id] = questions
        first = len(self._units)
        for unit, question in enumerate(sorted(questions), first):
            self._units.append((id, question))
            self._same.setdefault(key(question), array("i")).append(unit)
        self._units_of[id] = list(range(first, len(self._units)))

    def _pair(self) -> None:
        """Of whatever came since the last look. Whoever only asks what is the same never pays for it."""
        for unit in range(self._paired, len(self._units)):
            held = self._units[unit]
            for pair in pairs(held[1]) if held else ():
                self._under.setdefault(pair, array("i")).append(unit)
        self._paired = len(self._units)

    def same(self, questions: Collection[str]) -> set[str]:
        with self._lock:
            return {id for question in questions for id, _ in self._held(self._same, [key(question)])}

    def near(self, questions: Collection[str], *, percent: int) -> set[str]:
        with self._lock:
            self._pair()
            return {
                id
                for question in questions
                for id, other in self._held(self._under, self._telling(question, percent))
                if share(question, other) * 100 >= percent
            }

    def _telling(self, question: str, percent: int) -> list[str]:
        """The rarest pairs, one more than may be missing: whoever shares none of them shares too few. To reach the
        share s with a question of n pairs takes at least s * n / (2 - s) of them."""
        held, wanted = pairs(question), percent / 100
        needed = math.ceil(wanted * len(held) / (2 - wanted) - 1e-9)
        rarest = sorted(held, key=lambda pair: (len(self._under.get(pair, ())), pair))
        return rarest[: len(held) - needed + 1]

    def _held(self, under: Mapping[str, Iterable[int]], marks: Iterable[str]) -> list[tuple[str, str]]:
        units = {unit for mark in marks for unit in under.get(mark, ())}
        return [held for unit in units if (held := self._units[unit]) is not None]
