"""Clocks that run on after a pause, each with what was left of it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import business_minutes_between, local_date
from casebackend.clocks import queries, rules
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import Due, StopReason, Term, Unit
from casebackend.clocks.service import made, newest


async def resumed(session: AsyncSession, timer: Timer, *, at: datetime) -> Timer:
    """The running after a pause: by law its days are added, inside it keeps what was left, to the minute. Where
    something else had stopped it, that time counts as if it had run."""
    stopped_at = (timer.stopped_at or at) if timer.stop_reason == StopReason.SUSPENDED else at
    paused = (local_date(at) - local_date(stopped_at)).days
    how: dict[str, Any] = {"seq": timer.seq + 1, "profile": timer.profile, "basis": timer.basis}
    term = Term(timer.label, timer.amount, Unit(timer.unit), timer.rolls_forward, timer.effective_from)
    if timer.kind in rules.FIXED:
        due = Due(max(timer.near_at, at), max(timer.due_at, at), timer.derivation, timer.provisional)
        return await made(
            session, timer.case_id, timer.kind, at=at, origin_at=timer.origin_at, term=term, due=due, **how
        )
    if term.unit is Unit.CALENDAR_DAYS:
        how |= {"origin_at": timer.origin_at, "paused_days": timer.paused_days + paused}
        return await made(session, timer.case_id, timer.kind, at=at, term=term, **how)
    if term.unit is Unit.HOURS:
        term = replace(term, amount=Decimal(max(0, int((timer.due_at - stopped_at).total_seconds()))) / 3600)
        return await made(session, timer.case_id, timer.kind, at=at, term=term, **how)
    around = await calendar_around(session, local_date(stopped_at))
    left = business_minutes_between(around, stopped_at, timer.due_at)
    return await made(session, timer.case_id, timer.kind, at=at, term=rules.rest(term, left), **how)


async def resume(session: AsyncSession, case_id: UUID, *, at: datetime, kinds: Collection[str] | None = None) -> None:
    """Each clock that the last suspension stopped runs on as its next `seq`, with what was left of it."""
    for timer in newest(await queries.timers_of(session, case_id)).values():
        if timer.stop_reason == StopReason.SUSPENDED and (kinds is None or timer.kind in kinds):
            session.add(await resumed(session, timer, at=at))
    await session.flush()
