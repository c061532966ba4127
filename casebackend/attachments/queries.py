from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments.model import Attachment, Recording
from casebackend.attachments.rules import Kind


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[Attachment]:
    """What can be seen, oldest first."""
    found = await session.scalars(
        select(Attachment)
        .where(Attachment.case_id == case_id, Attachment.removed_at.is_(None))
        .order_by(Attachment.added_at, Attachment.id)
    )
    return found.all()


async def one_of(session: AsyncSession, case_id: UUID, attachment_id: UUID) -> Attachment | None:
    found = await session.get(Attachment, attachment_id)
    return found if found is not None and found.case_id == case_id and found.removed_at is None else None


async def taken_by(session: AsyncSession, case_id: UUID) -> tuple[int, int]:
    """(files, bytes) of a case; what was removed still lies on the disk and counts."""
    row = (
        await session.execute(
            select(func.count(), func.coalesce(func.sum(Attachment.size), 0)).where(
                Attachment.case_id == case_id, Attachment.purged_at.is_(None)
            )
        )
    ).one()
    return int(row[0]), int(row[1])


async def has_recording(session: AsyncSession, case_id: UUID) -> bool:
    query = select(Attachment.id).where(
        Attachment.case_id == case_id, Attachment.kind == Kind.RECORDING, Attachment.removed_at.is_(None)
    )
    return await session.scalar(query.limit(1)) is not None


async def recording_of_call(session: AsyncSession, call_id: UUID) -> Recording | None:
    found: Recording | None = await session.scalar(select(Recording).where(Recording.call_id == call_id).limit(1))
    return found
