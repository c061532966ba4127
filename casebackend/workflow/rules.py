"""Which internal steps a move starts and stops, and which profile a unit runs by. Standard library only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

FOUR_STEP = "four_step"
INTERNAL, TOTAL = "internal.", "internal.total"


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    label: str
    who: str
    starts_on: frozenset[str]
    stops_on: frozenset[str]
    clock: str

    @property
    def is_node(self) -> bool:
        """A step in somebody's hands, not a clock around the steps."""
        return self.clock.startswith(INTERNAL) and not self.clock.startswith(TOTAL)


@dataclass(frozen=True, slots=True)
class Use:
    unit_id: UUID
    profile: str
    effective_from: date


def started_by(steps: Sequence[Step], move: str) -> list[str]:
    return [step.clock for step in steps if move in step.starts_on]


def stopped_by(steps: Sequence[Step], move: str) -> list[str]:
    return [step.clock for step in steps if move in step.stops_on]


def nodes(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if step.is_node]


def in_use(uses: Collection[Use], path: Sequence[UUID], day: date) -> str:
    """`path` leads from the unit up to head office: the nearest unit that has a profile by that day decides."""
    for unit in path:
        mine = [use for use in uses if use.unit_id == unit and use.effective_from <= day]
        if mine:
            return max(mine, key=lambda use: use.effective_from).profile
    return FOUR_STEP


def chain_of(kind: str, matter_type: str) -> str:
    """A complaint runs by its kind (first, second, review), everything else by what it is."""
    return kind if matter_type == "complaint" else matter_type
