from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.heartbeats.model import Heartbeat
from casebackend.heartbeats.rules import Beat


async def beats(session: AsyncSession) -> list[Beat]:
    rows = await session.scalars(select(Heartbeat).order_by(Heartbeat.program, Heartbeat.instance))
    return [Beat(row.program, row.ready, row.why, row.at) for row in rows]
