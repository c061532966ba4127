"""When a running speaks, and to whom: the policy of reminders and escalations. Standard library only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from casebackend.calendar import rules as calendar_rules
from casebackend.calendar.rules import Calendar, local_date
from casebackend.clocks.rules import last_day


class Anchor(StrEnum):
    """NEAR is the reminder of the clock itself; BEFORE counts calendar days, AFTER working days from its last day;
    SHARE is a part of its whole length."""

    NEAR = "near"
    BEFORE = "before"
    DUE = "due"
    AFTER = "after"
    SHARE = "share"


class Reminding(StrEnum):
    NEAR_DUE = "near_due"
    OVERDUE = "overdue"
    ESCALATION = "escalation"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the policy: `group` is a kind of clock or the beginning of kinds."""

    group: str
    seq: int
    kind: Reminding
    anchor: Anchor
    amount: Decimal
    to: str
    effective_from: date


@dataclass(frozen=True, slots=True)
class Strike:
    """`level` counts from 1 within the running of one clock; each is told once."""

    at: datetime
    level: int
    kind: Reminding
    to: str


def strikes(
    calendar: Calendar, policy: Sequence[Rule], kind: str, started_at: datetime, near_at: datetime, due_at: datetime
) -> list[Strike]:
    """In the order of time. What would fall before the start of this running is left out."""
    moments = []
    for rule in in_force(policy, kind, local_date(started_at)):
        at = _moment(calendar, rule, started_at, near_at, due_at)
        if at >= started_at or rule.kind is not Reminding.NEAR_DUE:
            moments.append((at, rule.seq, rule))
    ordered = sorted(moments, key=lambda each: each[:2])
    return [Strike(at, level, rule.kind, rule.to) for level, (at, _, rule) in enumerate(ordered, 1)]


def in_force(policy: Sequence[Rule], kind: str, day: date) -> list[Rule]:
    """The rules of the longest group that fits, in the version of the day; before the first version, the first."""
    groups = [rule.group for rule in policy if kind == rule.group or kind.startswith(rule.group)]
    mine = [rule for rule in policy if groups and rule.group == max(groups, key=len)]
    versions = sorted({rule.effective_from for rule in mine})
    version = max((each for each in versions if each <= day), default=versions[0] if versions else None)
    return [rule for rule in mine if rule.effective_from == version]


def _moment(calendar: Calendar, rule: Rule, start: datetime, near_at: datetime, due_at: datetime) -> datetime:
    last = last_day(due_at)
    match rule.anchor:
        case Anchor.NEAR:
            return near_at
        case Anchor.DUE:
            return due_at
        case Anchor.BEFORE:
            return calendar_rules.at(last - timedelta(days=int(rule.amount)), calendar_rules.OPENING)
        case Anchor.AFTER:
            day = calendar_rules.add_working_days(calendar, last, int(rule.amount))
            return max(due_at, calendar_rules.at(day, calendar_rules.OPENING))
        case Anchor.SHARE:
            whole = (due_at - start).total_seconds()
            return start + timedelta(seconds=float(rule.amount) * whole)
