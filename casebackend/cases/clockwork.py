"""What an arrow of the lifecycle does to the clocks of a case."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case
from casebackend.cases.rules import Arrow, Clock, Move
from casebackend.clocks import queries, rules, service
from casebackend.clocks.rules import StopReason
from casebackend.workflow import rules as workflow
from casebackend.workflow.queries import chain_on

DONE = (Move.REPLY,)


async def run(session: AsyncSession, case: Case, move: Move, arrow: Arrow, *, at: datetime, now: datetime) -> None:
    """`at` is when the move takes effect by law: for a withdrawal the receipt of the customer's message."""
    if move is Move.SUSPEND:
        await service.stop(session, case.id, at=at, reason=StopReason.SUSPENDED)
        return
    if move is Move.RESUME:
        await service.resume(session, case.id, at=at)
        return
    steps = await chain_on(session, case.kind, local_date(case.received_at))
    kinds = set(workflow.stopped_by(steps, move))
    for timer in await queries.running(session, case.id):
        clock = Clock.INTERNAL if timer.kind.startswith(rules.INTERNAL) else Clock.LEGAL
        if clock in arrow.stops:
            kinds.add(timer.kind)
    if kinds:
        reason = StopReason.ENDED if arrow.stops and move not in DONE else StopReason.DONE
        await service.stop(session, case.id, at=at, kinds=kinds, reason=reason)
    for kind in workflow.started_by(steps, move):
        await service.start(session, case.id, kind, at=now)
    if Clock.LEGAL in arrow.starts and not await _legal(session, case):
        await service.start(session, case.id, rules.LEGAL, at=now if move is Move.REOPEN else case.received_at)


async def node_due(session: AsyncSession, case: Case) -> datetime | None:
    """When the step that is now in somebody's hands is due; None between the steps."""
    timers = await queries.running(session, case.id)
    return min((timer.due_at for timer in timers if timer.kind.startswith(rules.INTERNAL)), default=None)


async def _legal(session: AsyncSession, case: Case) -> list[datetime]:
    timers = await queries.running(session, case.id)
    return [timer.due_at for timer in timers if not timer.kind.startswith(rules.INTERNAL)]


async def promised_on(session: AsyncSession, case: Case) -> date | None:
    """The last day of the legal clock that runs now; None while none runs."""
    due = await _legal(session, case)
    return rules.last_day(max(due)) if due else None
