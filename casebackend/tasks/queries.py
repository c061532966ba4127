from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.tasks.model import CountersignRound, Task
from casebackend.tasks.rules import PENDING, Kind, RoundState, State


def concerns(case_id: Any, units: Any, user_id: Any) -> ColumnElement[bool]:
    """For the scope of a list: something of this case was asked of one of these units, or of this person."""
    named = user_id is not None
    asked = or_(Task.unit_id.in_(units), Task.user_id == user_id) if named else Task.unit_id.in_(units)
    found: ColumnElement[bool] = case_id.in_(select(Task.case_id).where(asked, Task.state != State.CANCELLED))
    return found


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[Task]:
    found = await session.scalars(select(Task).where(Task.case_id == case_id).order_by(Task.sent_at, Task.id))
    return found.all()


async def rounds_of(session: AsyncSession, case_id: UUID) -> Sequence[CountersignRound]:
    found = await session.scalars(
        select(CountersignRound).where(CountersignRound.case_id == case_id).order_by(CountersignRound.seq)
    )
    return found.all()


async def open_round(session: AsyncSession, case_id: UUID) -> CountersignRound | None:
    found: CountersignRound | None = await session.scalar(
        select(CountersignRound).where(CountersignRound.case_id == case_id, CountersignRound.state == RoundState.OPEN)
    )
    return found


async def parts_of(session: AsyncSession, round_id: UUID) -> Sequence[Task]:
    found = await session.scalars(select(Task).where(Task.round_id == round_id).order_by(Task.sent_at, Task.id))
    return found.all()


async def open_required(session: AsyncSession, case_id: UUID) -> int:
    """How many that the case has to wait for."""
    found = await session.scalar(
        select(func.count()).where(Task.case_id == case_id, Task.required, Task.state.in_(PENDING))
    )
    return found or 0


def asked_of(unit_id: Any, user_id: Any) -> ColumnElement[bool]:
    """What waits for this person: asked of him, or of his unit as a whole."""
    of_unit = and_(Task.unit_id == unit_id, Task.unit_id.is_not(None), Task.user_id.is_(None))
    return or_(of_unit, and_(Task.user_id == user_id, Task.user_id.is_not(None)))


async def page(
    session: AsyncSession,
    which: ColumnElement[bool],
    *,
    states: Collection[State],
    after: Sequence[Any] | None,
    limit: int,
) -> tuple[Sequence[Task], tuple[datetime, UUID] | None]:
    """Whatever is due first stands first."""
    query = select(Task).where(which, Task.state.in_(states))
    if after is not None:
        due_at, last_id = after
        query = query.where(or_(Task.due_at > due_at, and_(Task.due_at == due_at, Task.id > last_id)))
    found = (await session.scalars(query.order_by(Task.due_at, Task.id).limit(limit + 1))).all()
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], (last.due_at, last.id) if last else None


async def count_waiting(session: AsyncSession, unit_id: UUID | None, user_id: UUID | None) -> int:
    found = await session.scalar(select(func.count()).where(asked_of(unit_id, user_id), Task.state.in_(PENDING)))
    return found or 0


async def overdue_parts(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[Task]:
    """Parts of open countersignings whose time is over."""
    found = await session.scalars(
        select(Task)
        .where(Task.state.in_(PENDING), Task.due_at <= now, Task.kind == Kind.COUNTERSIGN)
        .order_by(Task.due_at)
        .limit(limit)
    )
    return found.all()
