"""From a limit and a start to a due time, reminders, and a sentence that shows how. Standard library only."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from casebackend.calendar import rules as calendar_rules
from casebackend.calendar.rules import Calendar, local, local_date

LEGAL, COMPLEX, SPECIAL = "l1", "l2", "l3"
# Stands in the place of l1 for what the People's Bank passed on.
TRANSFER = "pboc.transfer"
# Of a demand from above: no move of the case stops it, only the answer.
SUPERVISION = "supervision"
REVIEW = "review.decide"
BY_LAW = frozenset({LEGAL, TRANSFER, COMPLEX, SPECIAL, REVIEW})
PETITION, PETITION_EXTENDED = "matter.petition", "matter.petition_extended"
# Ends when the petitioner was told in writing; no pause and no acceptance ends or halts it.
PETITION_TELL = "matter.petition_tell"
EXTENDED = frozenset({COMPLEX, SPECIAL, PETITION_EXTENDED})
INTERNAL, TOTAL, RECEIVE = "internal.", "internal.total", "receive."
MATTER, CONTACT, REGULATOR, DESIGNATED = "matter.", "contact.first", "regulator", "designated"
# The day by which whoever passed the matter on to us wants to hear of it: 12378, 12345, a petition office.
REFERRAL = "referral"
# The day on which a suspended case is expected to go on; it runs while the others are paused.
SUSPENSION = "suspension"
# Somebody has set the day; no calendar moves it.
FIXED = frozenset({REGULATOR, DESIGNATED, REFERRAL, SUSPENSION})
# Set from outside: nothing that we do pauses it.
FROM_OUTSIDE = frozenset({REGULATOR, REFERRAL})
_AFTER_DAY = {REFERRAL: "前反馈"}
RECEIPT, NEW_MATERIAL, ANEW, ACCEPTANCE = "收到", "收到新材料", "重新办理", "受理"
# Where no row says otherwise (`near.short`): what is shorter than a day reminds so long before its end.
SHORT_AHEAD = timedelta(hours=1)
END_OF_DAY = "24:00"


class Unit(StrEnum):
    """HOURS pass day and night; BUSINESS_HOURS and the MINUTES left of a paused step only while we are open."""

    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    HOURS = "hours"
    BUSINESS_HOURS = "business_hours"
    MINUTES = "minutes"


class StopReason(StrEnum):
    DONE = "done"
    SUSPENDED = "suspended"
    ENDED = "ended"
    EXTENDED = "extended"
    RESTARTED = "restarted"


@dataclass(frozen=True, slots=True)
class Term:
    label: str
    amount: Decimal
    unit: Unit
    rolls_forward: bool = False
    effective_from: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    near_at: datetime
    due_at: datetime
    derivation: str
    provisional: bool


def is_node(kind: str) -> bool:
    """The time of one step in somebody's hands."""
    return kind.startswith(INTERNAL) and not kind.startswith(TOTAL)


def is_receipt(kind: str) -> bool:
    """The time until a case is taken up: reviewed, or received."""
    return kind.startswith(RECEIVE)


def is_promise(kind: str) -> bool:
    """What the customer was told to expect."""
    return kind in BY_LAW or kind.startswith(MATTER)


def day_text(day: date) -> str:
    return f"{day.month}月{day.day}日"


def moment_text(moment: datetime) -> str:
    return f"{day_text(local_date(moment))} {local(moment):%H:%M}"


def amount_text(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def duration_text(minutes: int, *, working: bool = False) -> str:
    """For people, the largest unit first. `working`: minutes of business hours, so that a day is a working day."""
    days, rest = divmod(minutes, calendar_rules.DAY_MINUTES if working else 24 * 60)
    hours, rest = divmod(rest, 60)
    units = ((days, "个工作日" if working else "天"), (hours, "小时"), (rest, "分钟"))
    said = "".join(f"{count}{unit}" for count, unit in units if count) or "0分钟"
    return said if days or not working else f"{said}（工作时间）"


def _counted(term: Term) -> str:
    if term.unit is Unit.MINUTES:
        return f"剩余 {duration_text(int(term.amount), working=True)}"
    return UNITS[term.unit].format(amount_text(term.amount))


def _unknown(last: date) -> str:
    return f"（{last.year}年放假安排尚无数据，暂按周一至周五推算）"


def legal_due(
    calendar: Calendar,
    origin: datetime,
    term: Term,
    *,
    started: datetime | None = None,
    paused_days: int = 0,
    basis: str = RECEIPT,
    note: str = "",
) -> Due:
    """Calendar days from the origin, ending at 24:00; the reminder comes at opening of the last working day before.

    `started` is when this running began: after a pause or an extension, later than the origin."""
    first = local_date(origin)
    last = first + timedelta(days=int(term.amount) + paused_days)
    rolled = calendar_rules.rolled_forward(calendar, last) if term.rolls_forward else last
    text = f"{basis} {day_text(first)} + {amount_text(term.amount)}日"
    text += f" + 暂停 {paused_days}日" if paused_days else ""
    text += f" = {day_text(last)}" + (f"（{note}）" if note else "")
    text += f"，顺延至 {day_text(rolled)}" if rolled != last else ""
    return _day_due(calendar, rolled, started or origin, text, known_from=last)


def fixed_due(calendar: Calendar, start: datetime, day: date, text: str, kind: str = "") -> Due:
    """A day that somebody else has set."""
    said = f"{text} {day_text(day)}{_AFTER_DAY.get(kind, '')}"
    return _day_due(calendar, day, start, said, known_from=day)


def _day_due(calendar: Calendar, last: date, started: datetime, text: str, *, known_from: date) -> Due:
    warn = calendar_rules.last_working_day_before(calendar, last)
    near_at = max(calendar_rules.at(warn, calendar_rules.OPENING), started)
    provisional = calendar.is_provisional(min(warn, known_from), last)
    text += f"；最后一个工作日 {day_text(warn)}提醒" + (_unknown(last) if provisional else "")
    return Due(near_at, calendar_rules.end_of_day(last), text, provisional)


def internal_due(calendar: Calendar, start: datetime, term: Term, *, ahead: timedelta = SHORT_AHEAD) -> Due:
    due_at = _internal_end(calendar, start, term)
    begun = "恢复 " if term.unit is Unit.MINUTES else ""
    last = local_date(due_at)
    provisional = term.unit is not Unit.HOURS and calendar.is_provisional(local_date(start), last)
    text = f"{term.label}：{begun}{moment_text(start)} + {_counted(term)} = {moment_text(due_at)}"
    text += _unknown(last) if provisional else ""
    return Due(_internal_reminder(start, due_at, term, ahead), due_at, text, provisional)


UNITS = {
    Unit.WORKING_DAYS: "{}个工作日",
    Unit.HOURS: "{}小时",
    Unit.BUSINESS_HOURS: "{}个工作小时",
}


def _internal_end(calendar: Calendar, start: datetime, term: Term) -> datetime:
    match term.unit:
        case Unit.HOURS:
            return start + timedelta(minutes=int(term.amount * 60))
        case Unit.BUSINESS_HOURS:
            return calendar_rules.add_business_minutes(calendar, start, int(term.amount * 60))
        case Unit.MINUTES:
            return calendar_rules.add_business_minutes(calendar, start, int(term.amount))
        case _:
            return calendar_rules.add_working_time(calendar, start, term.amount)


def _internal_reminder(start: datetime, due_at: datetime, term: Term, ahead: timedelta) -> datetime:
    if term.unit is Unit.WORKING_DAYS and term.amount >= 1:
        return max(start, calendar_rules.at(local_date(due_at), calendar_rules.OPENING))
    return max(start, due_at - ahead)


def due(
    calendar: Calendar,
    start: datetime,
    term: Term,
    *,
    origin: datetime | None = None,
    paused_days: int = 0,
    basis: str = RECEIPT,
    note: str = "",
    ahead: timedelta = SHORT_AHEAD,
) -> Due:
    """Whatever the unit. A clock of calendar days runs from its origin, all others from this start; `ahead`: how long
    before its end one reminds that is shorter than a day."""
    if term.unit is not Unit.CALENDAR_DAYS:
        return internal_due(calendar, start, term, ahead=ahead)
    return legal_due(calendar, origin or start, term, started=start, paused_days=paused_days, basis=basis, note=note)


def rest(term: Term, minutes: int) -> Term:
    """What was left of an internal step when it was paused."""
    return replace(term, amount=Decimal(minutes), unit=Unit.MINUTES)


def last_day(due_at: datetime) -> date:
    """The day that is promised: 24:00 belongs to the day it ends."""
    return local_date(due_at - timedelta(seconds=1))


def last_hour(due_at: datetime) -> str:
    """The hour of that day by which it ends."""
    hour = f"{local(due_at):%H:%M}"
    return END_OF_DAY if hour == "00:00" else hour
