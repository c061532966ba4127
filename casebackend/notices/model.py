from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.notices.rules import State


class Notice(Base):
    """A note to one colleague, or to a unit while nobody is in charge. `cause` makes it come once. `done_at`: when what
    it asks for was done, or not needed any more, whoever did it.

    The words are `template` with `values`; both hold nothing about a customer.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_user_at", "user_id", "at"), Index("ix_notices_unit_at", "unit_id", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    cause: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    template: Mapped[str] = mapped_column(String(40))
    values: Mapped[dict[str, Any]]
    link: Mapped[str] = mapped_column(String(200))
    level: Mapped[int] = mapped_column(default=0)
    user_id: Mapped[UUID | None]
    unit_id: Mapped[UUID | None]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    needs_ack: Mapped[bool] = mapped_column(default=False)
    acknowledged_by: Mapped[UUID | None]
    acknowledged_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class StaffMessage(Base):
    """Mail or SMS to a colleague, at most once. `address` is encrypted; `about` is what must still hold at sending."""

    __tablename__ = "staff_messages"
    __table_args__ = (Index("ix_staff_messages_open", "state", "not_before"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    cause: Mapped[str] = mapped_column(String(180), unique=True)
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("notices.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(String(8))
    address: Mapped[str]
    template: Mapped[str] = mapped_column(String(40))
    values: Mapped[dict[str, Any]]
    about: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(16), default=State.PENDING)
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Threshold(Base):
    """A number or a time of day by which we remind and warn, from a day on."""

    __tablename__ = "thresholds"
    __table_args__ = (UniqueConstraint("code", "effective_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(String(40))
    label: Mapped[str]
    value: Mapped[str] = mapped_column(String(20))
    effective_from: Mapped[date]
    source: Mapped[str]
    evidence: Mapped[str] = mapped_column(String(8))
