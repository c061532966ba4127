from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Limit(Base):
    """How long something may take, from a day on; chosen by the day a clock starts. `docs/law.md` shows the sources."""

    __tablename__ = "limits"
    __table_args__ = (UniqueConstraint("code", "effective_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(String(40))
    label: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    unit: Mapped[str] = mapped_column(String(16))
    rolls_forward: Mapped[bool] = mapped_column(default=False)
    approver: Mapped[str | None]
    effective_from: Mapped[date]
    source: Mapped[str]
    evidence: Mapped[str] = mapped_column(String(8))


class Timer(Base):
    """One running of one clock of a case. A pause or a rework starts the next `seq`; nothing is computed twice."""

    __tablename__ = "timers"
    __table_args__ = (UniqueConstraint("case_id", "kind", "seq"), Index("ix_timers_open", "stopped_at", "due_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(40))
    seq: Mapped[int] = mapped_column(default=1)
    label: Mapped[str]
    started_at: Mapped[datetime]
    near_at: Mapped[datetime]
    due_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stop_reason: Mapped[str | None] = mapped_column(String(40))
    near_fired_at: Mapped[datetime | None]
    fired_at: Mapped[datetime | None]
    derivation: Mapped[str]
    provisional: Mapped[bool] = mapped_column(default=False)
