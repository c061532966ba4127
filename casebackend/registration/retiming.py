"""What a correction does to the clocks: those that count from the receipt, those of its chain, those from outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.cases import clockwork, rescheduling
from casebackend.cases.clockwork_pauses import is_internal
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.clocks import limits, queries, rules, service
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import StopReason, Unit
from casebackend.registration.changing import PATHS
from casebackend.workflow import rules as workflow


async def anew(session: AsyncSession, case: Case, before: Mapping[str, Any], *, now: datetime) -> list[Timer]:
    """Those that run then. The caller flushes."""
    timers = list(await queries.timers_of(session, case.id))
    if "received_at" in before:
        await _received(session, case, timers, before["received_at"])
    if "regulator" in before:
        timers += await _by_law(session, case, timers, now)
    if "profile" in before:
        timers += await _chain(session, case, timers, now)
    return [timer for timer in timers if timer.stopped_at is None]


async def from_outside(session: AsyncSession, case: Case, before: Mapping[str, Any], now: datetime) -> None:
    """The day that stands on the paper of whoever passed it on."""
    if "regulator_due_on" in before:
        await rescheduling.regulator_due(session, case, now)
    if "referral_due_on" in before:
        await rescheduling.referral_due(session, case, now)


async def _received(session: AsyncSession, case: Case, timers: Sequence[Timer], was: datetime) -> None:
    """The same runnings, from the day it really came in and by the limit of that day."""
    for timer in service.newest(timers).values():
        paused = timer.stop_reason == StopReason.SUSPENDED
        counts = timer.unit == Unit.CALENDAR_DAYS and timer.kind not in {*rules.FIXED, rules.SUPERVISION}
        if not counts or timer.origin_at != was or not (timer.stopped_at is None or paused):
            continue
        term = await limits.term_for(session, timer.kind, timer.profile, local_date(case.received_at))
        timer.amount, timer.effective_from, timer.label = term.amount, term.effective_from, term.label
        timer.origin_at = case.received_at
        if timer.started_at == was:
            timer.started_at = case.received_at
        await service.recompute(session, timer)


async def _by_law(session: AsyncSession, case: Case, timers: Sequence[Timer], now: datetime) -> list[Timer]:
    """Another regulator, another limit of law in the place of the one that runs. What was extended stays extended."""
    kind = clockwork.legal_kind(case)
    plain = {rules.LEGAL, rules.TRANSFER}
    running = [timer for timer in timers if timer.kind in plain and timer.stopped_at is None]
    if kind is None or kind not in plain or not running or running[0].kind == kind:
        return []
    (held,) = running
    service.halt([held], at=now, reason=StopReason.RESTARTED)
    made = await service.made(
        session,
        case.id,
        kind,
        at=held.started_at,
        seq=service.next_seq(timers, kind),
        profile=case.profile,
        origin_at=held.origin_at,
        paused_days=held.paused_days,
        basis=held.basis,
    )
    session.add(made)
    return [made]


async def _chain(session: AsyncSession, case: Case, timers: Sequence[Timer], now: datetime) -> list[Timer]:
    """The steps of the other chain, each from when the step that runs now began: nobody gains time by a correction."""
    steps = await clockwork.steps_of(session, case)
    wanted: dict[str, None] = {}
    for move in PATHS[Status(case.status)]:
        wanted = {kind: None for kind in wanted if kind not in workflow.stopped_by(steps, move)}
        wanted |= dict.fromkeys(workflow.started_by(steps, move))
    ours = [timer for timer in timers if timer.stopped_at is None and is_internal(timer.kind)]
    over = [timer for timer in ours if timer.kind not in wanted]
    service.halt(over, at=now, reason=StopReason.RESTARTED)
    fresh = [kind for kind in wanted if is_internal(kind) and kind not in {timer.kind for timer in ours}]
    made = []
    for kind in fresh:
        same = [timer.started_at for timer in over if rules.is_node(timer.kind) == rules.is_node(kind)]
        term = await limits.term_of(session, kind, local_date(case.received_at), severity=case.severity)
        seq = service.next_seq(timers, kind)
        begun = min(same, default=now)
        made.append(await service.made(session, case.id, kind, at=begun, seq=seq, term=term, profile=case.profile))
    session.add_all(made)
    return made
