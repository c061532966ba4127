from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.revisits.rules import Step


class Revisit(Base):
    """The question after a reply whether it helped. `words` are tokenised; `last_result` answers a repeated message."""

    __tablename__ = "revisits"
    __table_args__ = (UniqueConstraint("case_id", "round"), Index("ix_revisits_due", "state", "due_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    conversation_id: Mapped[UUID] = mapped_column(index=True)
    round: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    step: Mapped[str] = mapped_column(String(16), default=Step.SOLVED)
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    misses: Mapped[int] = mapped_column(default=0)
    solved: Mapped[bool | None]
    score: Mapped[int | None]
    words: Mapped[str | None]
    again: Mapped[bool | None]
    second_case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    last_message_id: Mapped[UUID | None] = mapped_column(index=True)
    last_result: Mapped[dict[str, Any] | None]
