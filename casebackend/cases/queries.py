"""Cases as staff read them, within their scope and with personal data masked."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import Scope, scope_of
from casebackend.cases.model import Case
from casebackend.cases.rules import IN_PROCESS, Status
from casebackend.clocks.model import Timer

PAGE = 50


class Queue(StrEnum):
    REVIEW = "review"
    MINE = "mine"
    UNIT = "unit"
    UNASSIGNED = "unassigned"
    NEAR_DUE = "near_due"
    ALL = "all"


def near_due(now: datetime) -> ColumnElement[bool]:
    return exists().where(Timer.case_id == Case.id, Timer.stopped_at.is_(None), Timer.near_at <= now)


def overdue(now: datetime) -> ColumnElement[bool]:
    return exists().where(Timer.case_id == Case.id, Timer.stopped_at.is_(None), Timer.due_at <= now)


def _in_queue(queue: Queue, principal: Principal, own_units: frozenset[UUID], now: datetime) -> ColumnElement[bool]:
    in_process = Case.status.in_(IN_PROCESS)
    match queue:
        case Queue.REVIEW:
            return Case.status == Status.PENDING_REVIEW
        case Queue.MINE:
            return and_(Case.handler_id == principal.user_id, Case.handler_id.is_not(None), in_process)
        case Queue.UNIT:
            return and_(Case.handling_unit_id.in_(own_units), in_process)
        case Queue.UNASSIGNED:
            return and_(Case.handler_id.is_(None), Case.status.in_((Status.ACCEPTED, Status.DISPATCHED)))
        case Queue.NEAR_DUE:
            return and_(in_process, near_due(now))
        case Queue.ALL:
            return true()


def _own_units(principal: Principal, scope: Scope) -> frozenset[UUID]:
    own = frozenset({principal.organisation_id}) if principal.organisation_id else frozenset()
    return scope.units | own


def within(scope: Scope, principal: Principal) -> ColumnElement[bool]:
    """One's own cases, and those complained of or handled in one's units."""
    by_unit = scope.condition(Case.unit_id, Case.handling_unit_id)
    return or_(by_unit, Case.handler_id == principal.user_id) if principal.user_id else by_unit


async def _scoped(session: AsyncSession, principal: Principal, *columns: Any) -> tuple[Select[Any], Scope]:
    scope = await scope_of(session, principal)
    return select(*columns).select_from(Case).where(within(scope, principal)), scope


async def page(
    session: AsyncSession,
    principal: Principal,
    *,
    now: datetime,
    queue: Queue = Queue.ALL,
    status: Status | None = None,
    unit_id: UUID | None = None,
    text: str = "",
    cursor: str | None = None,
    limit: int = PAGE,
) -> tuple[Sequence[Case], str | None]:
    """Newest first. Numbers grow with the time of filing, so the number is the cursor."""
    query, scope = await _scoped(session, principal, Case)
    query = query.where(_in_queue(queue, principal, _own_units(principal, scope), now))
    if status is not None:
        query = query.where(Case.status == status)
    if unit_id is not None:
        query = query.where(or_(Case.unit_id == unit_id, Case.handling_unit_id == unit_id))
    if text:
        columns = (Case.number, Case.facts, Case.demand)
        query = query.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    if cursor:
        query = query.where(Case.number < cursor)
    found = (await session.scalars(query.order_by(Case.number.desc()).limit(limit + 1))).all()
    return found[:limit], found[limit - 1].number if len(found) > limit else None


async def counts(session: AsyncSession, principal: Principal, *, now: datetime) -> dict[Queue, int]:
    """How many cases each view of the console holds."""
    found = {}
    for queue in Queue:
        query, scope = await _scoped(session, principal, func.count())
        query = query.where(_in_queue(queue, principal, _own_units(principal, scope), now))
        found[queue] = int(await session.scalar(query) or 0)
    return found


async def visible(session: AsyncSession, principal: Principal, reference: str) -> Case | None:
    """By number or id; None when it is not there or out of scope."""
    query, _ = await _scoped(session, principal, Case)
    try:
        wanted: ColumnElement[bool] = Case.id == UUID(reference)
    except ValueError:
        wanted = Case.number == reference.upper()
    case: Case | None = await session.scalar(query.where(wanted))
    return case


async def of_conversation(session: AsyncSession, conversation_id: UUID) -> Sequence[Case]:
    """For the agent who talks with this customer: all cases of the same sender, newest first."""
    found = await session.scalars(
        select(Case).where(Case.conversation_id == conversation_id).order_by(Case.number.desc())
    )
    return found.all()


async def flags(session: AsyncSession, cases: Sequence[Case], *, now: datetime) -> tuple[set[UUID], set[UUID]]:
    """Ids of those near due and those overdue."""
    ids = [case.id for case in cases]
    near = await session.scalars(select(Case.id).where(Case.id.in_(ids), near_due(now)))
    late = await session.scalars(select(Case.id).where(Case.id.in_(ids), overdue(now)))
    return set(near), set(late)


async def seen_conversations(session: AsyncSession, principal: Principal, ids: Collection[UUID]) -> set[UUID]:
    """Head office sees every conversation; a branch those that one of its cases came from."""
    scope = await scope_of(session, principal)
    if scope.everything or not scope.units:
        return set(ids) if scope.everything else set()
    by_unit = scope.condition(Case.unit_id, Case.handling_unit_id)
    return set(await session.scalars(select(Case.conversation_id).where(Case.conversation_id.in_(ids), by_unit)))


async def sees_conversation(session: AsyncSession, principal: Principal, conversation_id: UUID) -> bool:
    return conversation_id in await seen_conversations(session, principal, [conversation_id])
