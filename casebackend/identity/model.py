from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.identity.rules import CodeState, Level, Step


class IdentityTalk(Base):
    """What one conversation wants to do (`action` of `message_id`), what it waits for, and what it has shown.

    A conversation belongs to one sender of one channel for good, so a level ends with a new channel identity.
    `last_result` is what the last message did, so that doing it again does nothing.
    """

    __tablename__ = "identity_talks"

    conversation_id: Mapped[UUID] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(String(16), default=Step.NOTHING)
    action: Mapped[str | None] = mapped_column(String(16))
    message_id: Mapped[UUID | None]
    phone_index: Mapped[str | None] = mapped_column(String(32))
    level: Mapped[int] = mapped_column(default=Level.CHANNEL)
    level_until: Mapped[datetime | None]
    verified_phone: Mapped[str | None] = mapped_column(String(32))
    touched_at: Mapped[datetime] = mapped_column(index=True)
    last_message_id: Mapped[UUID | None]
    last_result: Mapped[dict[str, Any]] = mapped_column(default=dict)


class IdentityCode(Base):
    """A one-time code somebody asked for. Only its keyed hash is kept, and only once it is on its way; a phone that is
    not on file has no customer and gets none."""

    __tablename__ = "identity_codes"
    __table_args__ = (Index("ix_identity_codes_state", "state", "asked_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(index=True)
    phone_index: Mapped[str] = mapped_column(String(32), index=True)
    customer_id: Mapped[UUID | None]
    digest: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), default=CodeState.DUE)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class IdentityTries(Base):
    """`about`: `talk:<id>` or `phone:<blind index>`."""

    __tablename__ = "identity_tries"

    about: Mapped[str] = mapped_column(String(48), primary_key=True)
    wrong: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime | None] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]
