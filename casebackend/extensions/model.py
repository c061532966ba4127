from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.extensions.rules import Level, MaterialState, State

OPEN = text("state = 'requested'")


class Extension(Base):
    """Asked for, then decided by somebody else. Until it is approved nothing changes. `reason` and opinion are
    tokenised. It stands for one running of one clock (`timer_id`), pauses of that included, and lapses with it."""

    __tablename__ = "extensions"
    __table_args__ = (
        Index("ix_extensions_open", "case_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_extensions_requested", "requested_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    timer_id: Mapped[UUID]
    level: Mapped[Level] = mapped_column(String(16))
    reason: Mapped[str]
    requested_by: Mapped[UUID]
    requested_at: Mapped[datetime]
    former_due_on: Mapped[date]
    new_due_on: Mapped[date]
    state: Mapped[State] = mapped_column(String(16), default=State.REQUESTED)
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision_opinion: Mapped[str | None]
    notified_at: Mapped[datetime | None]
    told_by: Mapped[str | None] = mapped_column(String(16))
    told_proof: Mapped[str | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Material(Base):
    """What the customer brought later. With new facts, confirmed by somebody else, the limit of law counts anew.

    `from_case_id` is the merged case that it was brought to, when it stands on the master."""

    __tablename__ = "materials"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    from_case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    text: Mapped[str]
    received_at: Mapped[datetime]
    is_new_fact: Mapped[bool]
    state: Mapped[MaterialState] = mapped_column(String(16))
    stored_by: Mapped[UUID]
    stored_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision_opinion: Mapped[str | None]
    former_due_on: Mapped[date | None]
    new_due_on: Mapped[date | None]
    notified_at: Mapped[datetime | None]
    told_by: Mapped[str | None] = mapped_column(String(16))
    told_proof: Mapped[str | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
