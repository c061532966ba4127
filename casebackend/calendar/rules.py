"""Counting days and business minutes. The start day is not counted. Standard library only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
SESSIONS = ((time(9), time(12)), (time(13, 30), time(17, 30)))
OPENING, CLOSING = SESSIONS[0][0], SESSIONS[-1][1]
DAY_MINUTES = 420
HOURS = "、".join(f"{begin:%H:%M}–{end:%H:%M}" for begin, end in SESSIONS)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """`days` says of each known day whether it is worked; an unknown day counts as its weekday and is provisional."""

    days: Mapping[date, bool]

    def is_workday(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < 5)

    def is_provisional(self, first: date, last: date) -> bool:
        day = first
        while day <= last:
            if day not in self.days:
                return True
            day += ONE_DAY
        return False


def local(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI)


def local_date(moment: datetime) -> date:
    return local(moment).date()


def at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, tzinfo=SHANGHAI)


def end_of_day(day: date) -> datetime:
    """24:00 of the day."""
    return at(day + ONE_DAY, time())


def add_working_days(calendar: Calendar, start: date, count: int) -> date:
    day = start
    while count > 0:
        day += ONE_DAY
        count -= calendar.is_workday(day)
    return day


def last_working_day_before(calendar: Calendar, day: date) -> date:
    day -= ONE_DAY
    while not calendar.is_workday(day):
        day -= ONE_DAY
    return day


def rolled_forward(calendar: Calendar, day: date) -> date:
    """民法典 203: a last day of rest moves to the next working day. A switch of the limit, off by default."""
    while not calendar.is_workday(day):
        day += ONE_DAY
    return day


def nth_working_day_of_month(calendar: Calendar, year: int, month: int, nth: int) -> date:
    return add_working_days(calendar, date(year, month, 1) - ONE_DAY, nth)


def _sessions_from(calendar: Calendar, day: date) -> list[tuple[datetime, datetime]]:
    return [(at(day, opens), at(day, closes)) for opens, closes in SESSIONS] if calendar.is_workday(day) else []


def add_business_minutes(calendar: Calendar, start: datetime, minutes: int) -> datetime:
    """Outside business hours counting begins at the next opening."""
    left = timedelta(minutes=minutes)
    day, reached = local_date(start), local(start)
    while True:
        for opens, closes in _sessions_from(calendar, day):
            begin = max(opens, reached)
            if begin + left <= closes:
                return begin + left
            left -= max(closes - begin, timedelta())
        day += ONE_DAY


def business_minutes_between(calendar: Calendar, start: datetime, end: datetime) -> int:
    total, day = timedelta(), local_date(start)
    while day <= local_date(end):
        for opens, closes in _sessions_from(calendar, day):
            total += max(min(closes, local(end)) - max(opens, local(start)), timedelta())
        day += ONE_DAY
    return int(total.total_seconds() // 60)


def add_working_time(calendar: Calendar, start: datetime, days: Decimal) -> datetime:
    """Whole days end at close of business of the last one; half a day runs in business minutes."""
    whole, half = int(days), days % 1
    if whole:
        start = at(add_working_days(calendar, local_date(start), whole), CLOSING)
    return add_business_minutes(calendar, start, int(half * DAY_MINUTES)) if half else start


@dataclass(frozen=True, slots=True)
class Change:
    """A day of which a notice says something else than the table. `before` None: no data yet."""

    day: date
    before: bool | None
    after: bool


class NotANotice(ValueError):
    """The line that cannot be read, counted from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


WORDS = {"休": False, "班": True}


def read_notice(text: str) -> dict[date, bool]:
    """Lines `YYYY-MM-DD 休|班` of one year; empty lines and what follows # are left out."""
    found: dict[date, bool] = {}
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.partition("#")[0].split()
        if not parts:
            continue
        try:
            day, works = date.fromisoformat(parts[0]), WORDS[parts[1]]
        except (ValueError, KeyError, IndexError):
            raise NotANotice(number) from None
        if len(parts) != 2 or found.get(day, works) is not works or (found and day.year != next(iter(found)).year):
            raise NotANotice(number)
        found[day] = works
    return found


def whole_year(year: int, named: Mapping[date, bool]) -> dict[date, bool]:
    """What a notice does not name follows its weekday."""
    first = date(year, 1, 1)
    days = (first + ONE_DAY * n for n in range((date(year + 1, 1, 1) - first).days))
    return {day: named.get(day, day.weekday() < 5) for day in days}


def changes(known: Mapping[date, bool], wanted: Mapping[date, bool]) -> list[Change]:
    return [Change(day, known.get(day), works) for day, works in wanted.items() if known.get(day) is not works]
