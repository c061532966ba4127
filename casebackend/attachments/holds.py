"""Legal holds of cases and of conversations, where files can see them: what is added during a hold is under it."""

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


class TalkHold(Base):
    """While one stands on a conversation, what was said and sent in it stays, whether or not a case came of it. Reasons
    are tokenised."""

    __tablename__ = "talk_holds"
    __table_args__ = (Index("ix_talk_holds_conversation", "conversation_id", "lifted_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"))
    reason: Mapped[str]
    set_at: Mapped[datetime]
    set_by: Mapped[UUID]
    set_by_name: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None]
    lifted_by_name: Mapped[str | None]
    lift_reason: Mapped[str | None]


async def is_held(session: AsyncSession, case_id: UUID | None, conversation_id: UUID | None = None) -> bool:
    """Either, or both of them."""
    of_case = select(LegalHold.id).where(LegalHold.case_id == case_id, LegalHold.lifted_at.is_(None)).limit(1)
    if case_id is not None and await session.scalar(of_case) is not None:
        return True
    standing = TalkHold.conversation_id == conversation_id, TalkHold.lifted_at.is_(None)
    of_talk = select(TalkHold.id).where(*standing).limit(1)
    return conversation_id is not None and await session.scalar(of_talk) is not None
