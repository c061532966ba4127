"""Which cases a person may see, and single looks at them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import Scope, scope_of
from casebackend.cases.model import Case, CaseParticipant
from casebackend.cases.rules import FOLLOW_UP, HANDLER, OPEN
from casebackend.clocks.model import Timer
from casebackend.staff.rules import CASE_ROLES
from casebackend.tasks import queries as tasks

# Who holds no other role sees a closed case only when having taken part.
CLOSED_TO = frozenset({HANDLER, FOLLOW_UP})


def near_due(now: datetime) -> ColumnElement[bool]:
    return exists().where(Timer.case_id == Case.id, Timer.stopped_at.is_(None), Timer.near_at <= now)


def overdue(now: datetime) -> ColumnElement[bool]:
    return exists().where(Timer.case_id == Case.id, Timer.stopped_at.is_(None), Timer.due_at <= now)


def took_part(user_id: UUID | None) -> ColumnElement[bool]:
    if user_id is None:
        return false()
    return exists().where(CaseParticipant.case_id == Case.id, CaseParticipant.user_id == user_id)


def within(scope: Scope, principal: Principal) -> ColumnElement[bool]:
    """One's own cases, and those complained of, handled in or asked of one's units."""
    seen = scope.condition(Case.unit_id, Case.handling_unit_id)
    if not scope.everything and principal.user_id is not None and principal.roles & CASE_ROLES:
        own = or_(Case.handler_id == principal.user_id, Case.assignee_id == principal.user_id)
        seen = or_(seen, own, tasks.concerns(Case.id, scope.units, principal.user_id))
    if principal.user_id is not None and principal.roles & CASE_ROLES <= CLOSED_TO:
        seen = and_(seen, or_(Case.status.in_(sorted(OPEN)), took_part(principal.user_id)))
    return seen


async def scoped(session: AsyncSession, principal: Principal, *columns: Any) -> Select[Any]:
    scope = await scope_of(session, principal)
    return select(*columns).select_from(Case).where(within(scope, principal))


async def visible(session: AsyncSession, principal: Principal, reference: str) -> Case | None:
    """By number or id; None when it is not there or out of scope."""
    query = await scoped(session, principal, Case)
    try:
        wanted: ColumnElement[bool] = Case.id == UUID(reference)
    except ValueError:
        wanted = Case.number == reference.upper().replace("\0", "")
    case: Case | None = await session.scalar(query.where(wanted))
    return case


async def of_conversation(session: AsyncSession, conversation_id: UUID) -> Sequence[Case]:
    """For the agent who talks with this customer: all cases of the same sender, newest first."""
    found = await session.scalars(
        select(Case).where(Case.conversation_id == conversation_id).order_by(Case.number.desc())
    )
    return found.all()


async def seen_conversations(session: AsyncSession, principal: Principal, ids: Collection[UUID]) -> set[UUID]:
    """Head office sees every conversation; a branch those that one of its cases came from."""
    scope = await scope_of(session, principal)
    if scope.everything or not scope.units:
        return set(ids) if scope.everything else set()
    by_unit = scope.condition(Case.unit_id, Case.handling_unit_id)
    return set(await session.scalars(select(Case.conversation_id).where(Case.conversation_id.in_(ids), by_unit)))


async def sees_conversation(session: AsyncSession, principal: Principal, conversation_id: UUID) -> bool:
    return conversation_id in await seen_conversations(session, principal, [conversation_id])
