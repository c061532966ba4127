"""Which internal steps a move starts and stops, who takes the moves that decide, and which profile a unit runs by.

Standard library only.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

FOUR_STEP, FIRST = "four_step", "first"
SIGN = "sign"
# Not a move of a case: the review (核查) of what was decided.
REVIEWED, LOOK = "review", "review"
INTERNAL, TOTAL = "internal.", "internal.total"


class Stand(StrEnum):
    """Where whoever takes a move stands towards the unit that handles the case."""

    LINE = "line"
    BRANCH = "branch"
    HEAD_OFFICE = "head_office"
    ANYWHERE = "anywhere"
    ABOVE = "above"


STANDS: dict[Stand, str] = {
    Stand.LINE: "承办单位", Stand.BRANCH: "承办单位所属分行", Stand.HEAD_OFFICE: "总行", Stand.ANYWHERE: "",
    Stand.ABOVE: "作出决定机构的上级机构",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes a move that decides. `roles`: the first is whom the case waits for, the others stand in.

    `levels`: only where a unit of one of these levels handles the case; empty for all. `ordinary`: not where head
    office has to look at it (重大, 紧急, 群体, 监管转办, 二次)."""

    move: str
    roles: tuple[str, ...]
    stand: Stand
    levels: frozenset[str] = frozenset()
    ordinary: bool = False

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Taker":
        levels = frozenset(row.get("levels", ()))
        return cls(row["move"], tuple(row["roles"]), Stand(row["stand"]), levels, row.get("ordinary", False))


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    label: str
    who: str
    starts_on: frozenset[str]
    stops_on: frozenset[str]
    clock: str
    takes: tuple[Taker, ...] = ()
    duty: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Step":
        """As chain.yml and the versions of the bank keep it."""
        takes = tuple(Taker.of(each) for each in row.get("takes") or ())
        moves = frozenset(row["starts_on"]), frozenset(row["stops_on"])
        return cls(row["code"], row["label"], row["who"], *moves, clock_of(row), takes, row.get("duty"))

    @property
    def is_node(self) -> bool:
        """A step in somebody's hands, not a clock around the steps."""
        return self.clock.startswith(INTERNAL) and not self.clock.startswith(TOTAL)


def clock_of(row: Mapping[str, Any]) -> str:
    return str(row.get("clock") or f"{INTERNAL}{row['code']}")


@dataclass(frozen=True, slots=True)
class Use:
    unit_id: UUID
    profile: str
    effective_from: date


@dataclass(frozen=True, slots=True)
class Holder:
    """Which unit has a duty, from a day on."""

    duty: str
    unit_id: UUID
    effective_from: date


def held_by(holders: Collection[Holder], duty: str, day: date) -> UUID | None:
    """On that day; before the first row, by the first."""
    mine = sorted((each for each in holders if each.duty == duty), key=lambda each: each.effective_from)
    held = [each for each in mine if each.effective_from <= day] or mine[:1]
    return held[-1].unit_id if held else None


def started_by(steps: Sequence[Step], move: str) -> list[str]:
    return [step.clock for step in steps if move in step.starts_on]


def stopped_by(steps: Sequence[Step], move: str) -> list[str]:
    return [step.clock for step in steps if move in step.stops_on]


def takers(steps: Sequence[Step], move: str, *, level: str | None, ordinary: bool) -> list[Taker]:
    """Who may take this move where a unit of this level handles the case."""
    return [
        taker
        for step in steps
        for taker in step.takes
        if taker.move == move and (ordinary or not taker.ordinary) and (not taker.levels or level in taker.levels)
    ]


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
    """A complaint runs by its kind (first, second), everything else by what it is."""
    return kind if matter_type == "complaint" else matter_type
