from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Gap(Base):
    """A question for which the knowledge has no good answer. `question` is tokenised; `key` is its normalised form, by
    which the same question is counted once more instead of opened again."""

    __tablename__ = "knowledge_gaps"
    __table_args__ = (Index("ix_knowledge_gaps_state", "state", "times"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    question: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(32))
    times: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    origin: Mapped[str] = mapped_column(String(32))
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    article_id: Mapped[str | None] = mapped_column(String(120))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    row_version: Mapped[int] = mapped_column(default=1)
