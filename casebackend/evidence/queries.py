from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.evidence.model import Evidence
from casebackend.evidence.rules import Kind


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[Evidence]:
    found = await session.scalars(
        select(Evidence).where(Evidence.case_id == case_id).order_by(Evidence.added_at, Evidence.id)
    )
    return found.all()


async def has_recording(session: AsyncSession, case_id: UUID) -> bool:
    """Whether a recording of a call is attached; a complaint by phone is not closed without one."""
    query = select(Evidence.id).where(Evidence.case_id == case_id, Evidence.kind == Kind.RECORDING)
    return await session.scalar(query.limit(1)) is not None
