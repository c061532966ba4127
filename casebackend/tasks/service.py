"""Rows of tasks and rounds. What they mean for the case is said in cases/countersigning.py and cases/consulting.py."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import local_date
from casebackend.clocks import rules as clocks
from casebackend.clocks.limits import term_of
from casebackend.database import locked
from casebackend.organisations.model import Organisation
from casebackend.staff.model import User
from casebackend.tasks import errors, queries
from casebackend.tasks.model import CountersignRound, Task
from casebackend.tasks.rules import LIMIT_OF, PENDING, Kind, Mode, RoundState, State

WHOM = tuple[UUID | None, UUID | None]


async def due(session: AsyncSession, kind: Kind, *, now: datetime) -> tuple[datetime, str]:
    """By the limit of this kind in force today, and how it was counted."""
    day = local_date(now)
    term = await term_of(session, LIMIT_OF[kind], day)
    found = clocks.due(await calendar_around(session, day), now, term)
    return found.due_at, found.derivation


async def whom(session: AsyncSession, ids: Sequence[UUID]) -> list[WHOM]:
    """Each id is that of a unit or of a person: (unit, None) or (unit of the person, person)."""
    if len(set(ids)) != len(ids):
        raise errors.NobodyAsked
    units = set(
        await session.scalars(select(Organisation.id).where(Organisation.id.in_(ids), Organisation.closed_on.is_(None)))
    )
    rows = await session.execute(select(User.id, User.organisation_id).where(User.id.in_(ids), User.active))
    people = {identity: unit for identity, unit in rows}
    if set(ids) - units - people.keys():
        raise errors.NobodyAsked
    return [(identity, None) if identity in units else (people[identity], identity) for identity in ids]


async def add(
    session: AsyncSession,
    case_id: UUID,
    kind: Kind,
    whom: WHOM,
    demand: str,
    *,
    by: UUID | None,
    now: datetime,
    required: bool = True,
    due_at: datetime | None = None,
    round_id: UUID | None = None,
) -> Task:
    """`due_at`, when the asker names a time; otherwise the limit of this kind."""
    until, derivation = (due_at, "发起人指定") if due_at else await due(session, kind, now=now)
    task = Task(
        case_id=case_id,
        round_id=round_id,
        kind=kind,
        unit_id=whom[0],
        user_id=whom[1],
        demand=demand,
        required=required,
        due_at=until,
        derivation=derivation,
        asked_by=by,
        sent_at=now,
    )
    session.add(task)
    await session.flush()
    return task


async def begin_round(
    session: AsyncSession,
    case_id: UUID,
    asked: Sequence[WHOM],
    demand: str,
    *,
    mode: Mode,
    quorum: int | None,
    by: UUID | None,
    now: datetime,
) -> CountersignRound:
    if mode is Mode.QUORUM and not 1 <= (quorum or 0) <= len(asked):
        raise errors.QuorumOff
    last = await session.scalar(select(func.max(CountersignRound.seq)).where(CountersignRound.case_id == case_id))
    begun = CountersignRound(
        case_id=case_id,
        seq=(last or 0) + 1,
        mode=mode,
        quorum=quorum if mode is Mode.QUORUM else None,
        asked_by=by,
        opened_at=now,
    )
    session.add(begun)
    await session.flush()
    for each in asked:
        await add(session, case_id, Kind.COUNTERSIGN, each, demand, by=by, now=now, round_id=begun.id)
    return begun


async def hold(session: AsyncSession, task_id: UUID) -> Task:
    task = await locked(session, Task, task_id)
    if task is None:
        raise errors.TaskNotFound
    return task


def require_pending(task: Task) -> None:
    if task.state not in PENDING:
        raise errors.TaskOver


def hand_over(task: Task, to: UUID | None) -> None:
    """From a person who is no longer here to another one, or to the unit as a whole; whoever it is receives it anew."""
    require_pending(task)
    if task.user_id is not None:
        task.user_id = to
    task.state, task.received_by, task.received_at = State.OPEN, None, None


def cancel(task: Task, reason: str, *, now: datetime) -> None:
    task.state, task.cancelled_at, task.cancel_reason = State.CANCELLED, now, reason


async def end_round(session: AsyncSession, case_id: UUID, state: RoundState, reason: str, *, now: datetime) -> int:
    """Ends the open round, if there is one; parts nobody has answered are cancelled."""
    current = await queries.open_round(session, case_id)
    if current is None:
        return 0
    current.state, current.closed_at = state, now
    left = [part for part in await queries.parts_of(session, current.id) if part.state in PENDING]
    for part in left:
        cancel(part, reason, now=now)
    await session.flush()
    return len(left)


async def end_all(session: AsyncSession, case_id: UUID, reason: str, *, now: datetime) -> int:
    """The case is over, or taken back: nobody has to work on a part of it any longer."""
    ended = await end_round(session, case_id, RoundState.CANCELLED, reason, now=now)
    left = [task for task in await queries.of_case(session, case_id) if task.state in PENDING]
    for task in left:
        cancel(task, reason, now=now)
    await session.flush()
    return ended + len(left)
