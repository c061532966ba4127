from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, text
from sqlalchemy import Index as TableIndex
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.drafts.rules import COMPLAINT, DraftState


class Draft(Base):
    """A complaint, a suggestion or praise being written. `last_result` is what the last message did, so that doing it
    again does nothing. `likeness`: earlier complaints that it was found to be like, `likeness_choice` what became of
    it ("none" when there was none), `likeness_result` the answer to the message that chose."""

    __tablename__ = "drafts"
    __table_args__ = (
        TableIndex(
            "uq_drafts_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    state: Mapped[str] = mapped_column(String(32), default=DraftState.OPEN)
    matter_type: Mapped[str] = mapped_column(String(32), default=COMPLAINT)
    about_money: Mapped[bool] = mapped_column(default=False)
    started_message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"))
    first_received_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(String(32))
    failures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    capacity: Mapped[str | None] = mapped_column(String(32))
    group_size: Mapped[int | None]
    care: Mapped[list[str]] = mapped_column(default=list)
    last_message_id: Mapped[UUID | None]
    last_result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    likeness: Mapped[list[str]] = mapped_column(default=list)
    likeness_choice: Mapped[str | None] = mapped_column(String(16))
    likeness_message_id: Mapped[UUID | None]
    likeness_result: Mapped[dict[str, Any] | None]


class DraftField(Base):
    """`value` is tokenised text, an ISO date, a decimal string, or a unit's id. `place` is the order of filling."""

    __tablename__ = "draft_fields"

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("drafts.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str]
    display: Mapped[str]
    state: Mapped[str] = mapped_column(String(32))
    message_id: Mapped[UUID | None]
    turn: Mapped[int | None]
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    confidence: Mapped[float | None]
    place: Mapped[int]


class Confirmation(Base):
    """What was read back before a complaint was registered, and the words of the yes. Written once, with the case.
    `shown_text` holds masked values as the customer saw them, `said_text` is tokenised."""

    __tablename__ = "confirmations"

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("drafts.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(unique=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    shown_message_id: Mapped[UUID | None]
    shown_text: Mapped[str | None]
    shown_at: Mapped[datetime | None]
    said_message_id: Mapped[UUID]
    said_text: Mapped[str]
    said_at: Mapped[datetime]


class CallTranscript(Base):
    """The newest revision of a recorded call. `turns` are tokenised."""

    __tablename__ = "transcripts"

    call_id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    revision: Mapped[datetime]
    started_at: Mapped[datetime]
    received_at: Mapped[datetime]
    turns: Mapped[dict[str, Any]]
    recording_url: Mapped[str | None]
    recording_sha256: Mapped[str | None] = mapped_column(String(64))
