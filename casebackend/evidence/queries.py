from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments import queries as attachments
from casebackend.evidence.model import Evidence
from casebackend.evidence.rules import Kind


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[Evidence]:
    found = await session.scalars(
        select(Evidence).where(Evidence.case_id == case_id).order_by(Evidence.added_at, Evidence.id)
    )
    return found.all()


async def rests_on(session: AsyncSession, attachment_id: UUID) -> bool:
    """Whether a piece of evidence is this file."""
    return await session.scalar(select(Evidence.id).where(Evidence.attachment_id == attachment_id).limit(1)) is not None


async def has_recording(session: AsyncSession, case_id: UUID) -> bool:
    """Whether a recording of a call is attached; a complaint by phone is not closed without one."""
    query = select(Evidence.id).where(Evidence.case_id == case_id, Evidence.kind == Kind.RECORDING)
    if await session.scalar(query.limit(1)) is not None:
        return True
    return await attachments.has_recording(session, case_id)


async def belongs(session: AsyncSession, case_id: UUID, evidence_id: UUID) -> bool:
    """Whether this is a piece of evidence of this case."""
    piece = await session.get(Evidence, evidence_id)
    return piece is not None and piece.case_id == case_id
