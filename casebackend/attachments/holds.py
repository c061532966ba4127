"""Legal holds of cases, where files can see them: what is added during a hold is under it."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class LegalHold(Base):
    """While one stands on any case of a family, nothing of the family is redacted. Reasons are tokenised."""

    __tablename__ = "legal_holds"
    __table_args__ = (Index("ix_legal_holds_case", "case_id", "lifted_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    reason: Mapped[str]
    set_at: Mapped[datetime]
    set_by: Mapped[UUID]
    set_by_name: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None]
    lifted_by_name: Mapped[str | None]
    lift_reason: Mapped[str | None]


async def is_held(session: AsyncSession, case_id: UUID | None) -> bool:
    if case_id is None:
        return False
    standing = select(LegalHold.id).where(LegalHold.case_id == case_id, LegalHold.lifted_at.is_(None)).limit(1)
    return await session.scalar(standing) is not None
