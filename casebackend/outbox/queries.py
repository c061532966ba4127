from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.outbox.model import OutboxMessage


async def waiting(session: AsyncSession, *, now: datetime) -> int:
    query = select(func.count()).select_from(OutboxMessage)
    query = query.where(OutboxMessage.done_at.is_(None), OutboxMessage.dead.is_(False), OutboxMessage.due_at <= now)
    return int(await session.scalar(query) or 0)
