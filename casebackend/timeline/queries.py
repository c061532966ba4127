from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.timeline.model import TimelineEntry


async def of_case(
    session: AsyncSession, case_id: UUID, *, after: int = 0, limit: int | None = None
) -> Sequence[TimelineEntry]:
    """Oldest first; `after` is the number of an entry."""
    found = await session.scalars(
        select(TimelineEntry)
        .where(TimelineEntry.case_id == case_id, TimelineEntry.seq > after)
        .order_by(TimelineEntry.seq)
        .limit(limit)
    )
    return found.all()


async def moved_by(session: AsyncSession, case_id: UUID, actor: str, moves: Collection[str]) -> bool:
    """Whether this actor ever made one of these moves on the case."""
    found = select(TimelineEntry.id).where(
        TimelineEntry.case_id == case_id, TimelineEntry.actor == actor, TimelineEntry.move.in_(moves)
    )
    return await session.scalar(found.limit(1)) is not None


async def moved_at(session: AsyncSession, case_id: UUID, move: str, *, by: str, at: datetime) -> bool:
    """Whether what this actor did at that moment was this move."""
    found = select(TimelineEntry.id).where(
        TimelineEntry.case_id == case_id, TimelineEntry.move == move, TimelineEntry.actor == by, TimelineEntry.at == at
    )
    return await session.scalar(found.limit(1)) is not None


async def told_of(session: AsyncSession, case_id: UUID, move: str) -> Sequence[dict[str, object]]:
    """What history tells besides of each time that this move was made, oldest first."""
    found = select(TimelineEntry.detail).where(TimelineEntry.case_id == case_id, TimelineEntry.move == move)
    return [detail or {} for detail in await session.scalars(found.order_by(TimelineEntry.seq))]
