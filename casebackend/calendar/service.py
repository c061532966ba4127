from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import chinese_calendar
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar import queries, rules
from casebackend.calendar.model import CalendarDay, DayKind
from casebackend.calendar.queries import EDITION
from casebackend.editions import changed
from casebackend.errors import NotFound, Unprocessable

FIRST_YEAR, LAST_YEAR = 2004, 2026
SOURCE = "chinesecalendar 1.11.0（国务院办公厅节假日安排）"


def _day(day: date) -> dict[str, Any]:
    works = chinese_calendar.is_workday(day)
    on_holiday, holiday = chinese_calendar.get_holiday_detail(day)
    if works:
        kind = DayKind.SWAP if day.weekday() >= 5 else DayKind.WORKDAY
    else:
        kind = DayKind.HOLIDAY if on_holiday and holiday else DayKind.WEEKEND
    return {"day": day, "is_workday": works, "kind": kind, "note": holiday or None, "source": SOURCE}


@cache
def published(first_year: int, last_year: int) -> tuple[dict[str, Any], ...]:
    def days() -> Iterator[date]:
        day = date(first_year, 1, 1)
        while day.year <= last_year:
            yield day
            day += timedelta(days=1)

    return tuple(_day(day) for day in days())


async def seed(session: AsyncSession, *, now: datetime, first_year: int = FIRST_YEAR) -> None:
    """Idempotent: days that an administrator has edited are kept."""
    known = set(await session.scalars(select(CalendarDay.day)))
    rows = [row for row in published(first_year, LAST_YEAR) if row["day"] not in known]
    if rows:
        await session.execute(insert(CalendarDay), rows)
        await changed(session, EDITION)


class BadNotice(Unprocessable):
    slug, title = "bad-notice", "放假安排无法读取"

    def __init__(self, line: int) -> None:
        super().__init__(f"第 {line} 行无法读取：每行写“YYYY-MM-DD 休”或“YYYY-MM-DD 班”，且属于同一年", line=line)


class DayUnknown(NotFound):
    slug = "calendar-day-not-found"

    def __init__(self) -> None:
        super().__init__("日历中没有这一天，请先导入该年的放假安排")


def _kind(day: date, *, works: bool, named: bool) -> DayKind:
    weekend = day.weekday() >= 5
    if works:
        return DayKind.SWAP if weekend else DayKind.WORKDAY
    return DayKind.WEEKEND if weekend and not named else DayKind.HOLIDAY


def read_notice(text: str) -> tuple[int, dict[date, bool]]:
    try:
        named = rules.read_notice(text)
    except rules.NotANotice as error:
        raise BadNotice(error.line) from None
    if not named:
        raise BadNotice(1)
    return next(iter(named)).year, named


async def difference(session: AsyncSession, year: int, named: dict[date, bool]) -> list[rules.Change]:
    """What importing this notice would change; nothing when it has been imported before."""
    known = {row.day: row.is_workday for row in await queries.days_of(session, year)}
    return rules.changes(known, rules.whole_year(year, named))


async def replace_year(session: AsyncSession, year: int, workdays: dict[date, bool], *, source: str) -> None:
    """Imports next year's notice: the named days differ from their weekday, all others follow it."""
    await session.execute(delete(CalendarDay).where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))))
    rows = [
        {
            "day": day,
            "is_workday": works,
            "kind": _kind(day, works=works, named=day in workdays),
            "note": None,
            "source": source,
        }
        for day, works in rules.whole_year(year, workdays).items()
    ]
    await session.execute(insert(CalendarDay), rows)
    await changed(session, EDITION)


async def edit_day(session: AsyncSession, day: date, *, is_workday: bool, note: str | None, source: str) -> CalendarDay:
    found = await session.get(CalendarDay, day)
    if found is None:
        raise DayUnknown
    found.is_workday, found.note, found.source, found.version = is_workday, note, source, found.version + 1
    found.kind = _kind(day, works=is_workday, named=day.weekday() < 5 or bool(note))
    await session.flush()
    await changed(session, EDITION)
    return found
