"""A clock that was stopped by mistake runs on, and its reminders wait again: nobody would be told of them twice."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.settling import CLOCKS
from casebackend.clocks import service
from casebackend.clocks.model import Timer
from casebackend.notices.settling import wait_again


async def taken_back(session: AsyncSession, case_id: UUID, timer: Timer, *, now: datetime) -> None:
    """`case_id`: whose notices they are, also where the clock is that of a review. What somebody had been rid of before
    it stopped stays done."""
    since = timer.stopped_at
    await service.taken_back(session, timer)
    if since is not None:
        await wait_again(session, case_id, [f"{kind}:{timer.id}:" for kind in sorted(CLOCKS)], since=since, now=now)
