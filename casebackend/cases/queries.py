"""Which cases a person may see, and single looks at them."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import Scope, scope_of
from casebackend.cases.model import Case, CaseParticipant
from casebackend.cases.rules import AUDITOR, EXECUTIVE, HEAD, INTAKE, LEAD, MANAGER, OPEN, Status
from casebackend.cases.words import ToldBy
from casebackend.clocks.model import Timer
from casebackend.staff.rules import CASE_ROLES
from casebackend.tasks import queries as tasks

# Their duty is a unit or the procedure, not single cases: within their scope they take part in all that is over.
BY_DUTY = frozenset({LEAD, HEAD, MANAGER, AUDITOR, EXECUTIVE})


def near_due(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    return exists().where(Timer.case_id == Case.id, Timer.stopped_at.is_(None), Timer.near_at <= now)


def overdue(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    return exists().where(Timer.case_id == Case.id, Timer.stopped_at.is_(None), Timer.due_at <= now)


def undelivered() -> ColumnElement[bool]:
    """Said over our own channel, and never arrived: see `arriving`."""
    return and_(
        Case.told_by.is_not(None), Case.told_by == ToldBy.CHANNEL, Case.told_at.is_(None), Case.status != Status.VOIDED
    )


def is_undelivered(case: Case) -> bool:
    """As `undelivered`, of a case at hand."""
    return case.told_by == ToldBy.CHANNEL and case.told_at is None and Status(case.status) is not Status.VOIDED


def took_part(user_id: UUID | BindParameter[Any] | None) -> ColumnElement[bool]:
    if user_id is None:
        return false()
    return exists().where(CaseParticipant.case_id == Case.id, CaseParticipant.user_id == user_id)


@dataclass(frozen=True, slots=True)
class Eyes:
    """Whoever looks, as a WHERE needs him: values, or places for them in a statement that is kept.

    `units`: what is in scope, None where nothing is; `own_units`: with the own unit."""

    roles: frozenset[str]
    everything: bool
    actor: Any
    me: Any
    unit: Any
    units: Any
    own_units: Any


def eyes_of(principal: Principal, scope: Scope) -> Eyes:
    own = scope.units | ({principal.organisation_id} if principal.organisation_id else frozenset())
    return Eyes(
        principal.roles,
        scope.everything,
        principal.actor,
        principal.user_id,
        principal.organisation_id,
        list(scope.units) or None,
        list(own),
    )


def values_of(eyes: Eyes) -> dict[str, Any]:
    """What goes into the places of a kept statement."""
    names = ("actor", "me", "unit", "units", "own_units")
    return {name: getattr(eyes, name) for name in names}


def places_for(eyes: Eyes) -> Eyes:
    """The same for everybody with these roles: what differs between them is a place."""
    kind = Case.unit_id.type
    return Eyes(
        eyes.roles,
        eyes.everything,
        actor=bindparam("actor", type_=Case.creator.type),
        me=None if eyes.me is None else bindparam("me", type_=kind),
        unit=None if eyes.unit is None else bindparam("unit", type_=kind),
        units=None if eyes.units is None else bindparam("units", type_=kind, expanding=True),
        own_units=bindparam("own_units", type_=kind, expanding=True),
    )


def form_of(eyes: Eyes) -> Hashable:
    """Equal where `places_for` gives the same."""
    return eyes.roles, eyes.everything, eyes.me is None, eyes.unit is None, eyes.units is None


def within(scope: Scope, principal: Principal) -> ColumnElement[bool]:
    return seen_by(eyes_of(principal, scope))


def seen_by(eyes: Eyes) -> ColumnElement[bool]:
    """One's own cases, and those complained of, handled in or asked of one's units; what is over: see `open_to`."""
    seen: ColumnElement[bool] = true() if eyes.everything else false()
    if eyes.units is not None and not eyes.everything:
        seen = or_(Case.unit_id.in_(eyes.units), Case.handling_unit_id.in_(eyes.units))
    if not eyes.everything and eyes.me is not None and eyes.roles & CASE_ROLES:
        own = or_(Case.handler_id == eyes.me, Case.assignee_id == eyes.me)
        seen = or_(seen, own, tasks.concerns(Case.id, () if eyes.units is None else eyes.units, eyes.me))
    return and_(seen, open_to(eyes))


def open_to(eyes: Eyes) -> ColumnElement[bool]:
    """What is over is there only for whoever took part in it, answers for the unit, or sits at the desk that took it
    in, where the customer returns."""
    if eyes.me is None or eyes.roles & BY_DUTY:
        return true()
    over = or_(Case.status.in_(sorted(OPEN)), Case.handler_id == eyes.me, took_part(eyes.me))
    return or_(over, Case.receiving_unit_id.in_(eyes.own_units)) if INTAKE in eyes.roles else over


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
