"""When a person will answer: at once, or, while nobody is there, by a promised time."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import add_business_minutes, local, local_date
from casebackend.staff import queries as staff
from casebackend.staff.model import Duty
from casebackend.staff.rules import ANSWER_MINUTES, DutyState, Role


async def anyone_on_duty(session: AsyncSession, *, now: datetime) -> bool:
    here = await staff.at_work(session, Role.INTAKE, now=now)
    busy = set(await session.scalars(select(Duty.user_id).where(Duty.state != DutyState.FREE)))
    return any(user.id not in busy for user in here)


async def answered_by(session: AsyncSession, *, now: datetime) -> datetime:
    """For who asks while nobody is there."""
    calendar = await calendar_around(session, local_date(now))
    return add_business_minutes(calendar, now, ANSWER_MINUTES)


def said(when: datetime) -> str:
    when = local(when)
    return f"{when.month}月{when.day}日 {when:%H:%M}"
