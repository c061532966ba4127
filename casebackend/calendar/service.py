from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import chinese_calendar
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.model import CalendarDay, DayKind
from casebackend.calendar.queries import EDITION
from casebackend.editions import changed

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


async def replace_year(session: AsyncSession, year: int, workdays: dict[date, bool], *, source: str) -> None:
    """Imports next year's notice: the named days differ from their weekday, all others follow it."""
    await session.execute(delete(CalendarDay).where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))))
    rows = []
    day = date(year, 1, 1)
    while day.year == year:
        weekend = day.weekday() >= 5
        works = workdays.get(day, not weekend)
        kind = (DayKind.SWAP if weekend else DayKind.WORKDAY) if works else None
        kind = kind or (DayKind.WEEKEND if weekend and day not in workdays else DayKind.HOLIDAY)
        rows.append({"day": day, "is_workday": works, "kind": kind, "note": None, "source": source})
        day += timedelta(days=1)
    await session.execute(insert(CalendarDay), rows)
    await changed(session, EDITION)
