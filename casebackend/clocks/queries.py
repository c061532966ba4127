from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.clocks.model import Limit, Timer


async def limit_on(session: AsyncSession, code: str, day: date) -> Limit | None:
    """The limit in force on that day; before the first row, the first row."""
    found = (await session.scalars(select(Limit).where(Limit.code == code).order_by(Limit.effective_from))).all()
    return next((limit for limit in reversed(found) if limit.effective_from <= day), found[0] if found else None)


async def timers_of(session: AsyncSession, case_id: UUID) -> Sequence[Timer]:
    found = await session.scalars(
        select(Timer).where(Timer.case_id == case_id).order_by(Timer.started_at, Timer.kind, Timer.seq)
    )
    return found.all()


async def running(session: AsyncSession, case_id: UUID) -> Sequence[Timer]:
    found = await session.scalars(select(Timer).where(Timer.case_id == case_id, Timer.stopped_at.is_(None)))
    return found.all()
