"""Which internal steps a move starts and stops. Standard library only."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    label: str
    who: str
    starts_on: frozenset[str]
    stops_on: frozenset[str]

    @property
    def clock(self) -> str:
        return f"internal.{self.code}"


def started_by(steps: Sequence[Step], move: str) -> list[str]:
    return [step.clock for step in steps if move in step.starts_on]


def stopped_by(steps: Sequence[Step], move: str) -> list[str]:
    return [step.clock for step in steps if move in step.stops_on]
