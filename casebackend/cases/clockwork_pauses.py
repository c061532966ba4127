"""Where a pause ends without a resumption, and what runs on when a move is taken back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.cases.waiting_again import taken_back
from casebackend.clocks import pausing, rules, service
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import StopReason
from casebackend.demands.model import Supervision
from casebackend.demands.rules import State

# With these a case is over or stands under another one: nobody answers a demand on it any more.
OVER = frozenset(
    {Move.DECLINE, Move.WITHDRAW, Move.MERGE, Move.VOID, Move.CLOSE, Move.CLOSE_WITHOUT_FOLLOWUP, Move.ARCHIVE}
)


def is_internal(kind: str) -> bool:
    """What ends when the creator gets a case back to correct it: the steps and their receipt."""
    return kind.startswith((rules.INTERNAL, rules.RECEIVE))


async def ended(session: AsyncSession, timers: Sequence[Timer], *, at: datetime) -> list[Timer]:
    """A suspended case is corrected, merged or taken back: the days until then are its pause, and no more. The steps
    begin anew later, so theirs are over."""
    paused = [each for each in service.newest(timers).values() if each.stop_reason == StopReason.SUSPENDED]
    again = []
    for timer in paused:
        if is_internal(timer.kind):
            timer.stop_reason = StopReason.ENDED
        else:
            again.append(await pausing.resumed(session, timer, at=max(at, timer.stopped_at or at)))
    session.add_all(again)
    return again


def end_suspension(timers: Iterable[Timer], *, at: datetime) -> None:
    """With whatever move a case is suspended no more, nobody expects it back."""
    waited = [each for each in timers if each.kind == rules.SUSPENSION and each.stopped_at is None]
    service.halt(waited, at=at, reason=StopReason.DONE)


def end_demands(timers: Iterable[Timer], move: Move, *, at: datetime) -> None:
    if move in OVER:
        open_ = [each for each in timers if each.kind == rules.SUPERVISION and each.stopped_at is None]
        service.halt(open_, at=at, reason=StopReason.ENDED)


async def again(session: AsyncSession, timers: Sequence[Timer], *, at: datetime) -> list[Timer]:
    """What the last end of the limit of law or of the matter stopped runs on from its own origin: nobody gains or
    loses a day by a correction or a merge that is taken back."""
    newest = [each for each in service.newest(timers).values() if each.kind != rules.SUPERVISION]
    promises = [each for each in newest if rules.is_promise(each.kind)]
    last = max((each.stopped_at for each in promises if each.stopped_at), default=None)
    stopped = [each for each in newest if each.stopped_at == last and not is_internal(each.kind)] if last else []
    goes_on = [each for each in stopped if rules.is_promise(each.kind) or each.stop_reason == StopReason.ENDED]
    return [await pausing.resumed(session, each, at=at) for each in goes_on]


async def demands_again(session: AsyncSession, case: Case, timers: Iterable[Timer], *, now: datetime) -> None:
    """Of a case that was over, what nobody had answered: each demand that still waits has its due time again."""
    over = [each for each in timers if each.kind == rules.SUPERVISION and each.stop_reason == StopReason.ENDED]
    if not over:
        return
    open_ = select(Supervision.timer_id).where(Supervision.case_id == case.id, Supervision.state == State.OPEN)
    waiting = set(await session.scalars(open_))
    for timer in over:
        if timer.id in waiting:
            await taken_back(session, case.id, timer, now=now)
