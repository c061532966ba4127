from collections.abc import Sequence
from datetime import date, timedelta
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.model import CalendarDay
from casebackend.calendar.rules import Calendar
from casebackend.editions import kept

EDITION = "calendar"


async def calendar_around(session: AsyncSession, day: date) -> Calendar:
    """The year of the day with the one before and the two after it."""

    async def load(session: AsyncSession) -> Calendar:
        first, last = date(day.year - 1, 1, 1), date(day.year + 2, 12, 31)
        found = await session.execute(
            select(CalendarDay.day, CalendarDay.is_workday).where(CalendarDay.day.between(first, last))
        )
        return Calendar(MappingProxyType({known: works for known, works in found}))

    return await kept(session, EDITION, load, key=day.year)


async def ends_soon(session: AsyncSession, today: date, days: int) -> date | None:
    """The last day with data, when fewer than so many days of calendar are left; None while there is enough."""
    last = await kept(session, EDITION, _last)
    if last is not None and last - today >= timedelta(days=days):
        return None
    return last or date.min


async def _last(session: AsyncSession) -> date | None:
    last: date | None = await session.scalar(select(func.max(CalendarDay.day)))
    return last


async def calendar_alarm(session: AsyncSession, today: date, days: int) -> str | None:
    """The sentence of the alarm, for whoever shows it."""
    ends = await ends_soon(session, today, days)
    if ends is None:
        return None
    if ends == date.min:
        return "工作日历没有任何数据：全部时限暂按周一至周五推算，请导入放假安排。"
    left = (ends - today).days
    when = f"还有 {left} 天到期" if left >= 0 else "已经到期"
    return (
        f"工作日历只到 {ends.isoformat()}，{when}；{ends.year + 1}年放假安排尚无数据，"
        "跨年时限暂按周一至周五推算，请导入国务院办公厅通知。"
    )


async def day_of(session: AsyncSession, day: date) -> CalendarDay | None:
    return await session.get(CalendarDay, day)


async def days_of(session: AsyncSession, year: int) -> Sequence[CalendarDay]:
    between = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    return (await session.scalars(select(CalendarDay).where(between).order_by(CalendarDay.day))).all()
