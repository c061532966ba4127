"""Assigning what was dispatched, taking back from who went off, and telling leaders what nobody has."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assignments import service
from casebackend.cases import hearers, taking
from casebackend.cases.model import Case
from casebackend.cases.rules import HANDLER, Move, Status
from casebackend.clocks.rules import duration_text
from casebackend.database import locked
from casebackend.notices.model import Notice
from casebackend.notices.service import Word, notify
from casebackend.notices.thresholds import in_force
from casebackend.organisations.model import Organisation
from casebackend.staff.model import User
from casebackend.timeline.rules import Kind

TO_A_UNIT = (Move.DISPATCH, Move.TRANSFER, Move.REPORT_UP)
AT_ONCE = 50


def _waiting() -> ColumnElement[bool]:
    """In a unit, and nobody has received it."""
    return and_(Case.status == Status.DISPATCHED, Case.handler_id.is_(None))


async def on_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    if payload["move"] in TO_A_UNIT:
        await service.assign(session, UUID(payload["case_id"]), now=now)


async def assignable(session: AsyncSession, *, now: datetime) -> Sequence[UUID]:
    """Cases that nobody has while a handler of their unit is here, and those whose assignee has gone off."""
    present = await taking.here(session, now=now)
    units = {user.organisation_id for user in await _users(session, present) if HANDLER in user.roles}
    units.discard(None)
    free = and_(Case.assignee_id.is_(None), Case.handling_unit_id.in_(units))
    gone = and_(Case.assignee_id.is_not(None), Case.assignee_id.not_in(present))
    found = await session.scalars(
        select(Case.id).where(_waiting(), or_(free, gone)).order_by(Case.status_changed_at, Case.id).limit(AT_ONCE)
    )
    return found.all()


async def _users(session: AsyncSession, ids: set[UUID]) -> Sequence[User]:
    return (await session.scalars(select(User).where(User.id.in_(ids)))).all()


async def assign(session: AsyncSession, case_id: UUID, *, now: datetime) -> None:
    await service.assign(session, case_id, now=now)


async def unassigned(session: AsyncSession, *, now: datetime) -> Sequence[UUID]:
    """Longer without anybody than the rule allows, and nobody has been told of it."""
    allowed = timedelta(minutes=(await in_force(session, now)).number("assignment.unassigned_minutes"))
    found = await session.execute(
        select(Case.id, Case.status_changed_at)
        .where(_waiting(), Case.assignee_id.is_(None), Case.status_changed_at <= now - allowed)
        .order_by(Case.status_changed_at, Case.id)
    )
    causes = {_cause(case_id, since): case_id for case_id, since in found}
    told = set(await session.scalars(select(Notice.cause).where(Notice.cause.in_(causes))))
    return [case_id for cause, case_id in causes.items() if cause not in told][:AT_ONCE]


def _cause(case_id: UUID, since: datetime) -> str:
    return f"unassigned:{case_id}:{since.isoformat()}"


async def alert(session: AsyncSession, case_id: UUID, *, now: datetime) -> None:
    """The leaders of the unit, once for each time that it came to the unit."""
    case = await locked(session, Case, case_id)
    if case is None or Status(case.status) is not Status.DISPATCHED or case.assignee_id is not None:
        return
    minutes = int((now - case.status_changed_at).total_seconds() // 60)
    unit = await session.get(Organisation, case.handling_unit_id) if case.handling_unit_id else None
    values = {"number": case.number, "unit": unit.name if unit else "—", "waited": duration_text(minutes)}
    cause = _cause(case.id, case.status_changed_at)
    word = Word(cause, Kind.UNASSIGNED, "staff_unassigned", values, f"/cases/{case.number}", case_id=case.id)
    leaders = await hearers.leading(session, case, case.handling_unit_id, now=now)
    await notify(session, word, to=leaders, unit_id=case.handling_unit_id, now=now)


async def on_assigned(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    case = await session.get_one(Case, UUID(payload["case_id"]))
    user = await session.get(User, UUID(payload["user_id"]))
    if user is None or case.assignee_id != user.id:
        return
    to = await hearers.seeing(session, case, [user] if user.active else [], now=now)
    template, values = "staff_assigned", {"number": case.number, "why": "，".join(case.assigned_why)}
    if not to:
        template, values = "staff_assigned_unheard", {"number": case.number, "name": user.display_name}
        to = await hearers.leading(session, case, case.handling_unit_id, now=now)
    cause = f"assigned:{case.id}:{payload['version']}"
    word = Word(cause, Kind.ASSIGNED, template, values, f"/cases/{case.number}", case_id=case.id)
    await notify(session, word, to=to, unit_id=case.handling_unit_id, now=now)
