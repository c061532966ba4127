from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import yaml
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import business_minutes_between, local_date
from casebackend.clocks import queries, rules
from casebackend.clocks.model import Limit, Timer
from casebackend.clocks.rules import Due, StopReason, Term, Unit
from casebackend.errors import Conflict

SEED = Path(__file__).with_name("limits.yml")


class LimitMissing(Conflict):
    slug, title = "limit-missing", "没有配置时限"

    def __init__(self, code: str) -> None:
        super().__init__(f"没有时限 {code}，请先配置")


async def seed(session: AsyncSession, *, now: datetime) -> None:
    known = {(code, day) for code, day in await session.execute(select(Limit.code, Limit.effective_from))}
    for row in yaml.safe_load(SEED.read_text()):
        if (row["code"], row["effective_from"]) not in known:
            session.add(Limit(**row | {"amount": Decimal(str(row["amount"]))}))
    await session.flush()


async def _term(session: AsyncSession, code: str, day: date) -> Term:
    limit = await queries.limit_on(session, code, day)
    if limit is None:
        raise LimitMissing(code)
    return Term(limit.label, limit.amount, Unit(limit.unit), limit.rolls_forward)


async def start(session: AsyncSession, case_id: UUID, kind: str, *, at: datetime) -> Timer:
    """`at` is when the clock starts by law or rule, which may lie before the present."""
    term = await _term(session, kind, local_date(at))
    due = rules.due(await calendar_around(session, local_date(at)), at, term)
    return await _add(session, case_id, kind, term.label, due, at=at)


async def _add(session: AsyncSession, case_id: UUID, kind: str, label: str, due: Due, *, at: datetime) -> Timer:
    last = await session.scalar(select(func.max(Timer.seq)).where(Timer.case_id == case_id, Timer.kind == kind))
    timer = Timer(
        case_id=case_id,
        kind=kind,
        seq=(last or 0) + 1,
        label=label,
        started_at=at,
        near_at=due.near_at,
        due_at=due.due_at,
        derivation=due.derivation,
        provisional=due.provisional,
    )
    session.add(timer)
    await session.flush()
    return timer


async def stop(
    session: AsyncSession,
    case_id: UUID,
    *,
    at: datetime,
    kinds: Collection[str] | None = None,
    reason: StopReason = StopReason.DONE,
) -> None:
    """Without `kinds` every running clock of the case stops."""
    for timer in await queries.running(session, case_id):
        if kinds is None or timer.kind in kinds:
            timer.stopped_at, timer.stop_reason = at, reason
    await session.flush()


async def resume(session: AsyncSession, case_id: UUID, *, at: datetime) -> None:
    """Each clock that the last suspension stopped runs on as its next `seq`, with what was left of it."""
    timers = await queries.timers_of(session, case_id)
    newest = {timer.kind: timer for timer in timers}
    calendar = await calendar_around(session, local_date(at))
    for timer in newest.values():
        if timer.stop_reason != StopReason.SUSPENDED or timer.stopped_at is None:
            continue
        if timer.kind.startswith(rules.INTERNAL):
            around = await calendar_around(session, local_date(timer.stopped_at))
            left = business_minutes_between(around, timer.stopped_at, timer.due_at)
            due = rules.internal_rest(calendar, at, left, timer.label)
        else:
            paused = local_date(at) - local_date(timer.stopped_at)
            due = rules.extended(calendar, timer.due_at, paused, at, why=f"暂停{paused.days}日后恢复")
        await _add(session, case_id, timer.kind, timer.label, due, at=at)


async def recompute_provisional(session: AsyncSession) -> int:
    """After the calendar of a new year has arrived. Fired and paused clocks keep what they had."""
    changed = 0
    open_timers = await session.scalars(
        select(Timer).where(Timer.provisional, Timer.stopped_at.is_(None), Timer.fired_at.is_(None), Timer.seq == 1)
    )
    for timer in open_timers.all():
        day = local_date(timer.started_at)
        due = rules.due(await calendar_around(session, day), timer.started_at, await _term(session, timer.kind, day))
        if not due.provisional:
            timer.near_at, timer.due_at = due.near_at, due.due_at
            timer.derivation, timer.provisional = due.derivation, False
            changed += 1
    await session.flush()
    return changed
