from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.clocks.model import Limit, ReminderRule, Timer
from casebackend.clocks.reminders import Anchor, Reminding, Rule
from casebackend.clocks.rules import SHORT_AHEAD, Term, Unit
from casebackend.editions import kept

LIMITS, REMINDERS = "limits", "reminders"
NEAR_SHORT = "near.short"


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit as it is kept in the process."""

    code: str
    severity: str
    label: str
    amount: Decimal
    unit: str
    rolls_forward: bool
    approver: str | None
    effective_from: date
    source: str
    evidence: str

    @property
    def term(self) -> Term:
        return Term(self.label, self.amount, Unit(self.unit), self.rolls_forward, self.effective_from)


async def all_limits(session: AsyncSession) -> tuple[LimitRow, ...]:
    return await kept(session, LIMITS, _load_limits)


async def _load_limits(session: AsyncSession) -> tuple[LimitRow, ...]:
    found = await session.scalars(select(Limit).order_by(Limit.code, Limit.severity, Limit.effective_from))
    return tuple(LimitRow(*(getattr(row, name) for name in LimitRow.__slots__)) for row in found)


async def limit_on(session: AsyncSession, code: str, day: date, *, severity: str = "") -> LimitRow | None:
    """The limit in force on that day; before the first row, the first row. A severity has its own rows or none."""
    found = [row for row in await all_limits(session) if row.code == code]
    of_severity = [row for row in found if row.severity == severity and row.effective_from <= day]
    found = of_severity or [row for row in found if not row.severity]
    return next((row for row in reversed(found) if row.effective_from <= day), found[0] if found else None)


async def limit_for(session: AsyncSession, code: str, profile: str, day: date) -> LimitRow | None:
    """The stricter of the row for everybody and that of the profile. The latter does not reach back."""
    common = await limit_on(session, code, day)
    of_profile = [
        row for row in await all_limits(session) if row.code == f"{code}.{profile}" and row.effective_from <= day
    ]
    if common is None or not of_profile:
        return common
    return min(of_profile[-1], common, key=lambda row: row.amount)


async def short_ahead(session: AsyncSession, day: date) -> timedelta:
    """How long before its end a step reminds that is shorter than a day."""
    limit = await limit_on(session, NEAR_SHORT, day)
    return timedelta(minutes=int(limit.amount * 60)) if limit is not None else SHORT_AHEAD


async def policy(session: AsyncSession) -> tuple[Rule, ...]:
    return await kept(session, REMINDERS, _load_policy)


async def _load_policy(session: AsyncSession) -> tuple[Rule, ...]:
    found = await session.scalars(
        select(ReminderRule).order_by(ReminderRule.clock_group, ReminderRule.effective_from, ReminderRule.seq)
    )
    return tuple(
        Rule(
            row.clock_group,
            row.seq,
            Reminding(row.kind),
            Anchor(row.anchor),
            row.amount,
            row.recipient,
            row.effective_from,
        )
        for row in found
    )


async def timers_of(session: AsyncSession, case_id: UUID) -> Sequence[Timer]:
    found = await session.scalars(
        select(Timer).where(Timer.case_id == case_id).order_by(Timer.started_at, Timer.kind, Timer.seq)
    )
    return found.all()


async def running(session: AsyncSession, case_id: UUID) -> Sequence[Timer]:
    found = await session.scalars(select(Timer).where(Timer.case_id == case_id, Timer.stopped_at.is_(None)))
    return found.all()
