"""What somebody's decision does to the clocks of a case: more time, new facts, another severity, matter or date."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import DAY_MINUTES, local_date
from casebackend.cases import clockwork, clockwork_fixed
from casebackend.cases.clockwork_pauses import is_internal
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.clocks import limits, pausing, queries, rules, service
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import StopReason, Unit
from casebackend.workflow import rules as workflow


async def extend(session: AsyncSession, case: Case, kind: str, *, now: datetime) -> Timer:
    """The running limit gives way to a longer one from the same origin, with the same days of pause."""
    timers = await queries.timers_of(session, case.id)
    before = rules.BY_LAW if kind in rules.BY_LAW else {rules.PETITION}
    held = next(timer for timer in timers if timer.kind in before and timer.stopped_at is None)
    service.halt([held], at=now, reason=StopReason.EXTENDED)
    longer = await service.made(
        session,
        case.id,
        kind,
        at=now,
        seq=service.next_seq(timers, kind),
        profile=case.profile,
        term=await limits.term_for(session, kind, case.profile, local_date(held.origin_at)),
        origin_at=held.origin_at,
        paused_days=held.paused_days,
        basis=held.basis,
    )
    session.add(longer)
    return longer


async def restart(session: AsyncSession, case: Case, *, at: datetime, now: datetime) -> Timer | None:
    """New facts: the limit of law counts anew from their receipt. The former day stays in the history. What has been
    extended beyond that stays: nobody's day comes forward."""
    timers = await queries.timers_of(session, case.id)
    running = [timer for timer in timers if timer.kind in rules.BY_LAW and timer.stopped_at is None]
    kind = clockwork.legal_kind(case) or rules.LEGAL
    anew = await service.made(
        session,
        case.id,
        kind,
        at=at,
        seq=service.next_seq(timers, kind),
        profile=case.profile,
        basis=rules.NEW_MATERIAL,
    )
    if any(timer.due_at >= anew.due_at for timer in running):
        return None
    service.halt(running, at=now, reason=StopReason.RESTARTED)
    session.add(anew)
    return anew


async def recompute_for_severity(session: AsyncSession, case: Case, now: datetime) -> int:
    """Clocks of our own that run or are paused get the term of the present severity, from their own start. By law
    nothing changes."""
    timers = await queries.timers_of(session, case.id)
    changed = 0
    for timer in service.newest(timers).values():
        ours = is_internal(timer.kind) or timer.kind == rules.CONTACT
        if not ours or (timer.stopped_at is not None and timer.stop_reason != StopReason.SUSPENDED):
            continue
        term = await limits.term_of(session, timer.kind, local_date(case.received_at), severity=case.severity)
        if timer.unit == Unit.MINUTES:
            term = rules.rest(term, max(0, int(timer.amount + (term.amount - _whole(timers, timer)) * DAY_MINUTES)))
        changed += await service.with_term(session, timer, term)
    await session.flush()
    return changed


def _whole(timers: Sequence[Timer], rest: Timer) -> Decimal:
    """The limit that a paused step began with."""
    same = [timer for timer in timers if timer.kind == rest.kind and timer.unit != Unit.MINUTES]
    return max((timer for timer in same if timer.seq < rest.seq), key=lambda timer: timer.seq).amount


async def regulator_due(session: AsyncSession, case: Case, now: datetime) -> None:
    """After the regulator has set or moved the date."""
    timers = await queries.timers_of(session, case.id)
    running = [timer for timer in timers if timer.kind == rules.REGULATOR and timer.stopped_at is None]
    service.halt(running, at=now, reason=StopReason.RESTARTED)
    if case.regulator_due_on is not None:
        session.add(await clockwork_fixed.regulator(session, case, now, seq=service.next_seq(timers, rules.REGULATOR)))
    await session.flush()


async def referral_due(session: AsyncSession, case: Case, now: datetime) -> None:
    """After whoever passed the matter on has set or moved the day."""
    timers = await queries.timers_of(session, case.id)
    running = [timer for timer in timers if timer.kind == rules.REFERRAL and timer.stopped_at is None]
    service.halt(running, at=now, reason=StopReason.RESTARTED)
    if case.referral_due_on is not None:
        session.add(await clockwork_fixed.referral(session, case, now, seq=service.next_seq(timers, rules.REFERRAL)))
    await session.flush()


async def designated(session: AsyncSession, case: Case, now: datetime) -> None:
    """After a day was set, or another one; it stands beside the limit of law and changes none."""
    timers = await queries.timers_of(session, case.id)
    running = [timer for timer in timers if timer.kind == rules.DESIGNATED and timer.stopped_at is None]
    service.halt(running, at=now, reason=StopReason.RESTARTED)
    session.add(await clockwork_fixed.designated(session, case, now, seq=service.next_seq(timers, rules.DESIGNATED)))
    await session.flush()


async def rematter(session: AsyncSession, case: Case, path: Sequence[Move], *, now: datetime) -> list[Timer]:
    """The matter has another type: what the new one does not run ends, what it would run by now begins. The limit of
    law counts from the receipt, as if it had been a complaint from the first day. The caller flushes."""
    timers = await queries.timers_of(session, case.id)
    steps = await clockwork.steps_of(session, case)
    wanted: dict[str, None] = {}
    for move in path:
        wanted = {kind: None for kind in wanted if kind not in workflow.stopped_by(steps, move)}
        wanted |= dict.fromkeys(workflow.started_by(steps, move))
    legal = clockwork.legal_kind(case) if path else None
    running = [timer for timer in timers if timer.stopped_at is None]
    stays = {
        *wanted,
        *clockwork.of_source(case, Move.SUBMIT),
        *rules.FIXED,
        rules.SUPERVISION,
        *(rules.BY_LAW if legal is not None else ()),
    }
    over = [timer for timer in running if timer.kind not in stays]
    service.halt(over, at=now, reason=StopReason.ENDED)
    begun = await clockwork.starting(session, case, wanted, now=now, known=timers)
    if legal is not None and not any(timer.kind in rules.BY_LAW and timer.stopped_at is None for timer in running):
        begun.append(await _by_law_again(session, case, timers, legal, now=now))
    session.add_all(begun)
    return [timer for timer in (*running, *begun) if timer.stopped_at is None]


async def _by_law_again(
    session: AsyncSession, case: Case, timers: Sequence[Timer], legal: str, *, now: datetime
) -> Timer:
    """With the extension and the pauses that it had when the case became something else."""
    ended = [each for each in timers if each.kind in rules.BY_LAW and each.stop_reason == StopReason.ENDED]
    if ended:
        return await pausing.resumed(session, max(ended, key=lambda each: (each.stopped_at or now, each.seq)), at=now)
    seq = service.next_seq(timers, legal)
    return await service.made(session, case.id, legal, at=case.received_at, seq=seq, profile=case.profile)
