from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.outbox.model import OutboxMessage


async def anything_waiting(session: AsyncSession, *, now: datetime) -> bool:
    query = select(OutboxMessage.id)
    query = query.where(OutboxMessage.done_at.is_(None), OutboxMessage.dead.is_(False), OutboxMessage.due_at <= now)
    return await session.scalar(query.limit(1)) is not None
