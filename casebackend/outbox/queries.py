from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.outbox.model import OutboxMessage


async def anything_waiting(session: AsyncSession, *, now: datetime) -> bool:
    query = select(OutboxMessage.id)
    query = query.where(OutboxMessage.done_at.is_(None), OutboxMessage.dead.is_(False), OutboxMessage.due_at <= now)
    return await session.scalar(query.limit(1)) is not None


async def dead(session: AsyncSession, wanted: str | None = None) -> Sequence[OutboxMessage]:
    """What was given up, oldest first; `wanted`: a topic or an id, else all of it."""
    query = select(OutboxMessage).where(OutboxMessage.dead.is_(True), OutboxMessage.done_at.is_(None))
    if wanted is not None:
        try:
            query = query.where(OutboxMessage.id == UUID(wanted))
        except ValueError:
            query = query.where(OutboxMessage.topic == wanted)
    order = (OutboxMessage.created_at, OutboxMessage.id)
    return (await session.scalars(query.order_by(*order).with_for_update(skip_locked=True))).all()
