from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.shifts.rules import HandoverState


class Shift(Base):
    """Who is on duty for a unit, and when. What was planned and not held is cancelled, never deleted."""

    __tablename__ = "shifts"
    __table_args__ = (Index("ix_shifts_unit_starts", "unit_id", "starts_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    planned_by: Mapped[str]
    planned_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Handover(Base):
    """What one shift gives to the next. `note` and `answer` hold masks where somebody wrote personal data."""

    __tablename__ = "handovers"
    __table_args__ = (Index("ix_handovers_unit_given", "unit_id", "given_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    giver_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    given_at: Mapped[datetime]
    to_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(16), default=HandoverState.GIVEN)
    taker_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    taken_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class HandoverItem(Base):
    """What was open when the shift ended, as it was then."""

    __tablename__ = "handover_items"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    handover_id: Mapped[UUID] = mapped_column(ForeignKey("handovers.id"), index=True)
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[UUID]
    label: Mapped[str]
    own: Mapped[bool]
    due_at: Mapped[datetime | None]
