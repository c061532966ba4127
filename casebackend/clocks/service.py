from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import Calendar, at, end_of_day, local_date
from casebackend.clocks import queries, reminders, rules
from casebackend.clocks.limits import term_of
from casebackend.clocks.model import Timer
from casebackend.clocks.reminders import Strike
from casebackend.clocks.rules import Due, StopReason, Term, Unit
from casebackend.outbox.service import emit

APPROVED = "经批准延长"


async def strikes_of(session: AsyncSession, timer: Timer) -> list[Strike]:
    """The whole plan of reminders of this running; `timer.level` of them have been told."""
    calendar = await calendar_around(session, local_date(timer.started_at))
    return _strikes(calendar, await queries.policy(session), timer)


def _strikes(calendar: Calendar, policy: Sequence[reminders.Rule], timer: Timer) -> list[Strike]:
    return reminders.strikes(calendar, policy, timer.kind, timer.started_at, timer.near_at, timer.due_at)


async def made(
    session: AsyncSession,
    case_id: UUID,
    kind: str,
    *,
    at: datetime,
    seq: int = 1,
    severity: str = "",
    profile: str = "",
    term: Term | None = None,
    origin_at: datetime | None = None,
    paused_days: int = 0,
    basis: str = rules.RECEIPT,
    due: Due | None = None,
) -> Timer:
    """A running, not yet stored. `at` is when it starts by law or rule, which may lie before the present."""
    origin_at = origin_at or at
    term = term or await term_of(session, kind, local_date(origin_at), severity=severity)
    timer = Timer(
        case_id=case_id,
        kind=kind,
        seq=seq,
        label=term.label,
        profile=profile,
        effective_from=term.effective_from,
        amount=term.amount,
        unit=term.unit,
        rolls_forward=term.rolls_forward,
        basis=basis,
        origin_at=origin_at,
        paused_days=paused_days,
        started_at=at,
        level=0,
    )
    calendar = await calendar_around(session, local_date(at))
    _take(timer, due or _due(calendar, timer, await queries.short_ahead(session, local_date(at))))
    _plan(timer, _strikes(calendar, await queries.policy(session), timer))
    return timer


def _due(calendar: Calendar, timer: Timer, ahead: timedelta) -> Due:
    term = Term(timer.label, timer.amount, Unit(timer.unit), timer.rolls_forward, timer.effective_from)
    return rules.due(
        calendar,
        timer.started_at,
        term,
        origin=timer.origin_at,
        paused_days=timer.paused_days,
        basis=timer.basis,
        note=APPROVED if timer.kind in rules.EXTENDED else "",
        ahead=ahead,
    )


def _take(timer: Timer, due: Due) -> None:
    timer.near_at, timer.due_at = due.near_at, due.due_at
    timer.derivation, timer.provisional = due.derivation, due.provisional


def _plan(timer: Timer, strikes: Sequence[Strike]) -> None:
    timer.next_at = strikes[timer.level].at if timer.level < len(strikes) else None


async def start(session: AsyncSession, case_id: UUID, kind: str, *, at: datetime, **how: Any) -> Timer:
    """The next running of one clock. Several at once: `made`, and one `session.add_all`."""
    seq = next_seq(await queries.timers_of(session, case_id), kind)
    timer = await made(session, case_id, kind, at=at, seq=seq, **how)
    session.add(timer)
    await session.flush()
    return timer


def next_seq(timers: Iterable[Timer], kind: str) -> int:
    return max((timer.seq for timer in timers if timer.kind == kind), default=0) + 1


def halt(timers: Iterable[Timer], *, at: datetime, reason: StopReason) -> None:
    for timer in timers:
        timer.stopped_at, timer.stop_reason, timer.next_at = at, reason, None


async def stop(
    session: AsyncSession,
    case_id: UUID,
    *,
    at: datetime,
    kinds: Collection[str] | None = None,
    reason: StopReason = StopReason.DONE,
) -> None:
    """Without `kinds` every running clock of the case stops."""
    running = await queries.running(session, case_id)
    halt([timer for timer in running if kinds is None or timer.kind in kinds], at=at, reason=reason)
    await session.flush()


def newest(timers: Iterable[Timer]) -> dict[str, Timer]:
    """The last running of each clock."""
    return {timer.kind: timer for timer in sorted(timers, key=lambda timer: timer.seq)}


async def taken_back(session: AsyncSession, timer: Timer) -> None:
    """It was stopped by mistake: the same running, with its own end."""
    timer.stopped_at = timer.stop_reason = None
    _plan(timer, await strikes_of(session, timer))


async def with_term(session: AsyncSession, timer: Timer, term: Term) -> bool:
    """The same running from its own start, with another limit. Whether anything changed."""
    if (timer.amount, timer.unit) == (term.amount, term.unit):
        return False
    timer.amount, timer.unit, timer.effective_from = term.amount, term.unit, term.effective_from
    timer.label = term.label
    await recompute(session, timer)
    return True


async def recompute(session: AsyncSession, timer: Timer) -> None:
    """With the calendar as it is now. What has been told stays told: an end that moved away may come again. A demand
    from above has its own time, and what is paused tells nothing."""
    if timer.kind == rules.SUPERVISION:
        return
    calendar = await calendar_around(session, local_date(timer.started_at))
    if timer.kind in rules.FIXED:
        words = timer.derivation.split(" ")[0]
        _take(timer, rules.fixed_due(calendar, timer.started_at, rules.last_day(timer.due_at), words, timer.kind))
    else:
        _take(timer, _due(calendar, timer, await queries.short_ahead(session, local_date(timer.started_at))))
    if timer.stopped_at is None:
        _plan(timer, _strikes(calendar, await queries.policy(session), timer))


async def recompute_with_calendar(session: AsyncSession, timers: Iterable[Timer], *, now: datetime) -> None:
    """Where that moves what a case promises, whoever knows the case is told."""
    for timer in timers:
        before = timer.due_at
        await recompute(session, timer)
        if rules.is_promise(timer.kind) and timer.due_at != before:
            emit(session, "clock.moved", {"case_id": str(timer.case_id)}, now=now)
    await session.flush()


async def recompute_provisional(session: AsyncSession, *, now: datetime, days: Sequence[date] = ()) -> int:
    """After the calendar of a year has arrived or was amended: every open clock that could not know it or that runs
    over one of these days. Those whose end has been told keep it. How many know their end by the new calendar."""
    over: list[ColumnElement[bool]] = [Timer.provisional.is_(True)]
    if days:
        first, last = at(min(days), datetime.min.time()), end_of_day(max(days))
        over.append(and_(Timer.started_at < last, Timer.due_at > first))
    wanted = Timer.stopped_at.is_(None), Timer.fired_at.is_(None), Timer.kind != rules.SUPERVISION
    timers = (await session.scalars(select(Timer).where(or_(*over), *wanted))).all()
    before = {timer.id: (timer.near_at, timer.due_at, timer.provisional) for timer in timers}
    await recompute_with_calendar(session, timers, now=now)
    return sum((timer.near_at, timer.due_at, timer.provisional) != before[timer.id] for timer in timers)
