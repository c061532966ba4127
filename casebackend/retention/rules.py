"""When something may be redacted, and why not. Standard library only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from casebackend.cases.rules import Status

ANY, TALK, TALK_TEXT = "*", "talk", "talk_text"
# What is kept of a conversation of which no case came.
OF_TALKS = frozenset({TALK, TALK_TEXT})
MOST_YEARS = 100
# The ends of a case. A merged case ends with the one that it was merged into, which is of its family.
ENDED = frozenset({Status.ARCHIVED, Status.VOIDED, Status.MERGED})


class Obstacle(StrEnum):
    OPEN = "open"
    TOO_YOUNG = "too_young"
    HELD = "held"
    TALKING = "talking"


LABELS: dict[Obstacle, str] = {
    Obstacle.OPEN: "有未归档的投诉、核查或登记",
    Obstacle.TOO_YOUNG: "保存期限未满",
    Obstacle.HELD: "法律保留",
    Obstacle.TALKING: "客户仍在使用同一会话",
}


@dataclass(frozen=True, slots=True)
class Policy:
    matter_type: str
    years: int
    effective_from: date
    source: str
    keeps_opinions: bool = False


def policy_for(policies: Sequence[Policy], matter_type: str, on: date) -> Policy:
    """The newest row in force on this day; a type without its own is kept as all others."""
    for wanted in (matter_type, ANY):
        held = [each for each in policies if each.matter_type == wanted and each.effective_from <= on]
        if held:
            return max(held, key=lambda each: each.effective_from)
    raise LookupError(matter_type)


def kept_until(closed_on: date, years: int) -> date:
    """The last day. Who closed on a 29 February keeps until 1 March where there is none."""
    try:
        return closed_on.replace(year=closed_on.year + years)
    except ValueError:
        return date(closed_on.year + years, 3, 1)


def first_kept(today: date, years: int) -> date:
    """The first day that is still kept today: `kept_until` of every day before is over."""
    try:
        first = today.replace(year=today.year - years)
    except ValueError:
        first = date(today.year - years, 3, 1)
    before = first - timedelta(days=1)
    return before if kept_until(before, years) >= today else first
