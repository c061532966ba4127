"""Clocks strike here: every running at most once for each of its levels, whoever ticks and however late."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.clocks import service
from casebackend.clocks.model import Timer
from casebackend.clocks.reminders import Reminding, Strike
from casebackend.failpoints import failpoint
from casebackend.outbox import service as outbox

BATCH = 200
TOPICS = {
    Reminding.NEAR_DUE: "clock.near_due",
    Reminding.OVERDUE: "clock.overdue",
    Reminding.ESCALATION: "clock.escalated",
}


def due_at_all(now: datetime) -> Select[UUID]:
    return select(Timer.id).where(Timer.next_at <= now).limit(1)


def due_now(now: datetime) -> Select[Timer]:
    """Oldest first; by the index of those that still have something to tell, so closed cases cost nothing."""
    return select(Timer).where(Timer.next_at <= now).order_by(Timer.next_at, Timer.id).limit(BATCH)


async def anything_due(session: AsyncSession, *, now: datetime) -> bool:
    """A look that disturbs no writer."""
    return await session.scalar(due_at_all(now)) is not None


async def strike(session: AsyncSession, *, now: datetime) -> int:
    """How many levels were missed does not matter: one message says which ones have come."""
    struck = (await session.scalars(due_now(now).with_for_update(skip_locked=True))).all()
    for timer in struck:
        await failpoint("timer.claimed")
        _strike(session, timer, await service.strikes_of(session, timer), now)
    await session.flush()
    return len(struck)


def _strike(session: AsyncSession, timer: Timer, plan: list[Strike], now: datetime) -> None:
    told = timer.level or _told_before_levels(timer, plan)
    come = [each for each in plan if each.level > told and each.at <= now]
    timer.level = max((each.level for each in come), default=told)
    timer.next_at = next((each.at for each in plan if each.level > timer.level), None)
    if now >= timer.near_at:
        timer.near_fired_at = timer.near_fired_at or now
    ended = now >= timer.due_at and timer.fired_at is None
    if ended:
        timer.fired_at = now
    worth = wanted(come, overdue=now >= timer.due_at)
    if worth or ended:
        kind = Reminding.OVERDUE if ended else worth[-1].kind
        payload: dict[str, object] = {
            "case_id": str(timer.case_id),
            "timer_id": str(timer.id),
            "told": told,
            "level": timer.level,
        }
        outbox.emit(session, TOPICS[kind], payload, now=now)


def _told_before_levels(timer: Timer, plan: list[Strike]) -> int:
    """The first version knew no levels, only that a clock had reminded or ended: that is not told again."""
    last, kind = timer.fired_at or timer.near_fired_at, Reminding.OVERDUE if timer.fired_at else Reminding.NEAR_DUE
    return max((each.level for each in plan if last is not None and each.kind is kind and each.at <= last), default=0)


def wanted(come: list[Strike], *, overdue: bool) -> list[Strike]:
    """A reminder that the end is near is no longer sent after the end."""
    return [each for each in come if not (overdue and each.kind is Reminding.NEAR_DUE)]
