from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.clocks.model import Timer
from casebackend.failpoints import failpoint
from casebackend.outbox import service as outbox

BATCH = 200


async def anything_due(session: AsyncSession, *, now: datetime) -> bool:
    """A look that disturbs no writer."""
    near = and_(Timer.near_fired_at.is_(None), Timer.near_at <= now)
    over = and_(Timer.fired_at.is_(None), Timer.due_at <= now)
    query = select(Timer.id).where(Timer.stopped_at.is_(None), or_(near, over)).limit(1)
    return await session.scalar(query) is not None


async def mark_near_due(session: AsyncSession, *, now: datetime) -> int:
    """A reminder that comes after its own due time is not sent any more."""
    due = await session.scalars(
        select(Timer)
        .where(Timer.stopped_at.is_(None), Timer.near_fired_at.is_(None), Timer.near_at <= now)
        .order_by(Timer.near_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    marked = due.all()
    for timer in marked:
        await failpoint("timer.claimed")
        timer.near_fired_at = now
        if now < timer.due_at:
            _tell(session, "clock.near_due", timer, now)
    await session.flush()
    return len(marked)


async def mark_overdue(session: AsyncSession, *, now: datetime) -> int:
    """Oldest first; each clock once, whoever ticks."""
    due = await session.scalars(
        select(Timer)
        .where(Timer.stopped_at.is_(None), Timer.fired_at.is_(None), Timer.due_at <= now)
        .order_by(Timer.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    marked = due.all()
    for timer in marked:
        await failpoint("timer.claimed")
        timer.fired_at = now
        _tell(session, "clock.overdue", timer, now)
    await session.flush()
    return len(marked)


def _tell(session: AsyncSession, topic: str, timer: Timer, now: datetime) -> None:
    payload: dict[str, object] = {"case_id": str(timer.case_id), "timer_id": str(timer.id)}
    outbox.emit(session, topic, payload, now=now)
