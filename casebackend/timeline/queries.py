from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.timeline.model import TimelineEntry


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[TimelineEntry]:
    found = await session.scalars(
        select(TimelineEntry).where(TimelineEntry.case_id == case_id).order_by(TimelineEntry.seq)
    )
    return found.all()
