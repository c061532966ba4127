from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.model import CalendarDay
from casebackend.calendar.rules import Calendar

ALARM_DAYS = 90


async def calendar_around(session: AsyncSession, day: date, *, before: int = 15, after: int = 120) -> Calendar:
    found = await session.execute(
        select(CalendarDay.day, CalendarDay.is_workday).where(
            CalendarDay.day.between(day - timedelta(days=before), day + timedelta(days=after))
        )
    )
    return Calendar({known: works for known, works in found})


async def ends_soon(session: AsyncSession, today: date) -> date | None:
    """The last day with data, when fewer than 90 days of calendar are left; None while there is enough."""
    last = await session.scalar(select(func.max(CalendarDay.day)))
    if last is not None and last - today >= timedelta(days=ALARM_DAYS):
        return None
    return last or date.min
