from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.tasks.rules import RoundState, State


class CountersignRound(Base):
    """One asking for countersigning; its parts are tasks."""

    __tablename__ = "countersign_rounds"
    __table_args__ = (UniqueConstraint("case_id", "seq"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID]
    seq: Mapped[int]
    mode: Mapped[str] = mapped_column(String(16))
    quorum: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(16), default=RoundState.OPEN)
    asked_by: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Task(Base):
    """A part of a case asked of another unit or of one person. `demand` and `answer` are tokenised."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_unit_state", "unit_id", "state"),
        Index("ix_tasks_user_state", "user_id", "state"),
        Index("ix_tasks_state_due", "state", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(index=True)
    round_id: Mapped[UUID | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    demand: Mapped[str]
    required: Mapped[bool]
    due_at: Mapped[datetime]
    derivation: Mapped[str]
    state: Mapped[str] = mapped_column(String(16), default=State.OPEN)
    agrees: Mapped[bool | None]
    answer: Mapped[str | None]
    asked_by: Mapped[UUID | None] = mapped_column(index=True)
    received_by: Mapped[UUID | None]
    answered_by: Mapped[UUID | None]
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
