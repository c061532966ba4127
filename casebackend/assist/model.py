from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class SuggestionUse(Base):
    """What became of one card that was shown to one colleague, or one answer of the bot (`user_id` none, `answered_at`
    when it was given). `kept` is how much of it was in what was sent, 0..1;
    `edits` which kinds of change were made (`assist.edits.Edit`, with commas between), empty where none was.
    Times are when it happened first. `message_id`: the words of the customer that the card is for; none where it is for
    the facts of a case, or for what the colleague asked. `case_id`: the case that was worked on, the newest of the
    conversation where the colleague had none open; none before there is one."""

    __tablename__ = "suggestion_uses"
    __table_args__ = (
        UniqueConstraint(
            "message_id", "case_id", "article_id", "version", "user_id", name="uq_suggestion_uses_of_a_case"
        ),
        Index(
            "uq_suggestion_uses_before_a_case",
            *("message_id", "article_id", "version", "user_id"),
            unique=True,
            sqlite_where=text("case_id IS NULL"),
            postgresql_where=text("case_id IS NULL"),
        ),
        Index("ix_suggestion_uses_article", "article_id", "version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    origin: Mapped[str] = mapped_column(String(16), default="turn")
    article_id: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    rank: Mapped[int]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    shown_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    inserted_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    sent_message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    kept: Mapped[float | None]
    edits: Mapped[str | None] = mapped_column(String(80))
    opened_at: Mapped[datetime | None]
    copied_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    refused_reason: Mapped[str | None] = mapped_column(String(200))
    flagged_at: Mapped[datetime | None]
    flagged_reason: Mapped[str | None] = mapped_column(String(200))


class ReplyUse(Base):
    """One wording that was put into an answer. `reply_id`: of a canned reply, or of the entry where it is a script of
    the whole bank. `target`: the talk or the form of a case. `kept`: how much of it was in what was sent, 0..1;
    `edits`: which kinds of change were made. `case_id`: as of a suggestion."""

    __tablename__ = "reply_uses"
    __table_args__ = (Index("ix_reply_uses_reply", "reach", "reply_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    reach: Mapped[str] = mapped_column(String(16))
    reply_id: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    target: Mapped[str] = mapped_column(String(16))
    inserted_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    kept: Mapped[float | None]
    edits: Mapped[str | None] = mapped_column(String(80))
