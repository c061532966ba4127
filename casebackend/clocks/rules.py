"""From a limit and a start to a due time, a reminder, and a sentence that shows how. Standard library only."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from casebackend.calendar import rules as calendar_rules
from casebackend.calendar.rules import Calendar, local, local_date

LEGAL = "l1"
INTERNAL = "internal."
HALF_DAY_REMINDER = timedelta(hours=1)


class Unit(StrEnum):
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"


class StopReason(StrEnum):
    DONE = "done"
    SUSPENDED = "suspended"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Term:
    label: str
    amount: Decimal
    unit: Unit
    rolls_forward: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    near_at: datetime
    due_at: datetime
    derivation: str
    provisional: bool


def day_text(day: date) -> str:
    return f"{day.month}月{day.day}日"


def moment_text(moment: datetime) -> str:
    return f"{day_text(local_date(moment))} {local(moment):%H:%M}"


def _amount(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _unknown(last: date) -> str:
    return f"（{last.year}年放假安排尚无数据，暂按周一至周五推算）"


def _reminder(calendar: Calendar, last: date, started: datetime) -> tuple[date, datetime]:
    day = calendar_rules.last_working_day_before(calendar, last)
    return day, max(calendar_rules.at(day, calendar_rules.OPENING), started)


def legal_due(calendar: Calendar, start: datetime, term: Term, *, already: str = "") -> Due:
    """Calendar days, ending at 24:00; the reminder comes at opening of the last working day before."""
    first = local_date(start)
    last = first + timedelta(days=int(term.amount))
    rolled = calendar_rules.rolled_forward(calendar, last) if term.rolls_forward else last
    warn, near_at = _reminder(calendar, rolled, start)
    provisional = calendar.is_provisional(min(warn, last), rolled)
    text = f"{already}收到 {day_text(first)} + {_amount(term.amount)}日 = {day_text(last)}"
    text += f"，顺延至 {day_text(rolled)}" if rolled != last else ""
    text += f"；最后一个工作日 {day_text(warn)}提醒" + (_unknown(rolled) if provisional else "")
    return Due(near_at, calendar_rules.end_of_day(rolled), text, provisional)


def extended(calendar: Calendar, due_at: datetime, paused: timedelta, start: datetime, *, why: str) -> Due:
    """The legal clock after a pause: the days of the pause are added."""
    before = local_date(due_at - timedelta(seconds=1))
    last = before + timedelta(days=paused.days)
    warn, near_at = _reminder(calendar, last, start)
    provisional = calendar.is_provisional(min(warn, last), last)
    text = f"{why}：{day_text(before)} + {paused.days}日 = {day_text(last)}；最后一个工作日 {day_text(warn)}提醒"
    return Due(near_at, calendar_rules.end_of_day(last), text + (_unknown(last) if provisional else ""), provisional)


def internal_due(calendar: Calendar, start: datetime, term: Term) -> Due:
    due_at = calendar_rules.add_working_time(calendar, start, term.amount)
    provisional = calendar.is_provisional(local_date(start), local_date(due_at))
    text = f"{term.label}：{moment_text(start)} + {_amount(term.amount)}个工作日 = {moment_text(due_at)}"
    return Due(
        _internal_reminder(start, due_at, term),
        due_at,
        text + (_unknown(local_date(due_at)) if provisional else ""),
        provisional,
    )


def internal_rest(calendar: Calendar, start: datetime, minutes: int, label: str) -> Due:
    """What was left of an internal step when it was paused, from the resumption on."""
    due_at = calendar_rules.add_business_minutes(calendar, start, minutes)
    provisional = calendar.is_provisional(local_date(start), local_date(due_at))
    text = f"{label}：恢复 {moment_text(start)} + 剩余 {minutes}个工作分钟 = {moment_text(due_at)}"
    return Due(max(start, due_at - HALF_DAY_REMINDER), due_at, text, provisional)


def _internal_reminder(start: datetime, due_at: datetime, term: Term) -> datetime:
    if term.amount < 1:
        return max(start, due_at - HALF_DAY_REMINDER)
    return max(start, calendar_rules.at(local_date(due_at), calendar_rules.OPENING))


def due(calendar: Calendar, start: datetime, term: Term) -> Due:
    by_law = term.unit is Unit.CALENDAR_DAYS
    return legal_due(calendar, start, term) if by_law else internal_due(calendar, start, term)


def last_day(due_at: datetime) -> date:
    """The day that is promised: 24:00 belongs to the day it ends."""
    return local_date(due_at - timedelta(seconds=1))
