"""Where the virus scanner of somebody else begins."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Verdict:
    """`found`: the name of what was found; None: clean."""

    found: str | None


class ScannerAway(Exception):
    """No verdict: not reachable, too slow, or it said something that is no verdict."""


class Scanner(Protocol):
    async def scan(self, pieces: AsyncIterator[bytes]) -> Verdict: ...
