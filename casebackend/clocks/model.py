from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base

STRIKES = text("next_at IS NOT NULL")
LATE = text("due_at <= stopped_at")


class Limit(Base):
    """How long something may take, from a day on; chosen by the day a clock starts. `docs/law.md` shows the sources.

    A row with a severity counts for cases of that severity only; the row without one for all others."""

    __tablename__ = "limits"
    __table_args__ = (UniqueConstraint("code", "severity", "effective_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(String(40))
    severity: Mapped[str] = mapped_column(String(16), default="")
    label: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(Numeric(7, 3))
    unit: Mapped[str] = mapped_column(String(16))
    rolls_forward: Mapped[bool] = mapped_column(default=False)
    approver: Mapped[str | None]
    effective_from: Mapped[date]
    source: Mapped[str]
    evidence: Mapped[str] = mapped_column(String(8))


class ReminderRule(Base):
    """Who is told when, of a group of clocks, from a day on. Rows of one group and day belong together."""

    __tablename__ = "reminder_rules"
    __table_args__ = (UniqueConstraint("clock_group", "effective_from", "seq"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    clock_group: Mapped[str] = mapped_column(String(40))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    anchor: Mapped[str] = mapped_column(String(16))
    amount: Mapped[Decimal] = mapped_column(Numeric(7, 3))
    recipient: Mapped[str] = mapped_column(String(32))
    effective_from: Mapped[date]
    source: Mapped[str]
    evidence: Mapped[str] = mapped_column(String(8))


class Timer(Base):
    """One running of one clock of a case. A pause, an extension or a restart starts the next running.

    What it was computed from stands with it, so it can be computed again: `amount` and `unit` are the limit (or what
    was left of it), `origin_at` is where counting began, `basis` says what happened then. `next_at` is when the
    reminder `level` + 1 is due; None when it has stopped or has nothing more to tell."""

    __tablename__ = "timers"
    __table_args__ = (
        UniqueConstraint("case_id", "kind", "seq"),
        Index("ix_timers_open", "stopped_at", "due_at"),
        Index("ix_timers_next", "next_at", sqlite_where=STRIKES, postgresql_where=STRIKES),
        Index("ix_timers_late", "kind", "case_id", sqlite_where=LATE, postgresql_where=LATE),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(40))
    seq: Mapped[int] = mapped_column(default=1)
    label: Mapped[str]
    profile: Mapped[str] = mapped_column(String(32), default="")
    effective_from: Mapped[date | None]
    amount: Mapped[Decimal] = mapped_column(Numeric(9, 4))
    unit: Mapped[str] = mapped_column(String(16))
    rolls_forward: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[str] = mapped_column(String(16), default="收到")
    origin_at: Mapped[datetime]
    paused_days: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    near_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    level: Mapped[int] = mapped_column(default=0)
    stopped_at: Mapped[datetime | None]
    stop_reason: Mapped[str | None] = mapped_column(String(40))
    near_fired_at: Mapped[datetime | None]
    fired_at: Mapped[datetime | None]
    derivation: Mapped[str]
    provisional: Mapped[bool] = mapped_column(default=False)
