"""When a colleague reads what was registered while nobody is at work."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import add_business_minutes, business_minutes_between, local, local_date
from casebackend.staff.rules import ANSWER_MINUTES


async def contact_by(session: AsyncSession, now: datetime) -> datetime | None:
    """Asia/Shanghai; None within business hours."""
    calendar = await calendar_around(session, local_date(now))
    when = local(add_business_minutes(calendar, now, ANSWER_MINUTES))
    open_all_along = business_minutes_between(calendar, now, when) * 60 >= (when - local(now)).total_seconds()
    return None if open_all_along else when
