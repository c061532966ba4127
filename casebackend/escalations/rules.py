"""Who is told what. Standard library only."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class Recipient(StrEnum):
    """As the reminder rules name them: whoever has the case, who leads there, who stands above, the bank's own."""

    HANDLER = "handler"
    HEAD = "head"
    SUPERIOR = "superior"
    SUPERIOR2 = "superior2"
    MANAGER = "manager"
    EXECUTIVE = "executive"


class Strike(Protocol):
    @property
    def level(self) -> int: ...
    @property
    def to(self) -> str: ...


def highest_for_each[S: Strike](strikes: Sequence[S]) -> list[S]:
    """Of several levels for one recipient only the highest is told; highest last."""
    best = {each.to: each for each in sorted(strikes, key=lambda each: each.level)}
    return sorted(best.values(), key=lambda each: each.level)
