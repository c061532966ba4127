"""Signing in and out: one's own state, and that of a colleague, which his leader may force."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.shifts import SetState
from casebackend.audit import service as audit
from casebackend.errors import Forbidden
from casebackend.shifts import errors, rules, service
from casebackend.staff import duty
from casebackend.staff.model import User
from casebackend.staff.rules import DutyState


async def set_own(session: AsyncSession, command: SetState, *, by: Principal, now: datetime) -> User:
    if by.user_id is None:
        raise Forbidden("只有工作人员可以签入、签出、示忙或示闲")
    state = DutyState(command.state)
    await duty.set_state(session, by.user_id, state, command.reason, by_id=by.user_id, by_name=by.display_name, now=now)
    return await session.get_one(User, by.user_id)


async def force(session: AsyncSession, user_id: UUID, command: SetState, *, by: Principal, now: datetime) -> User:
    await require_seen(session, user_id, by)
    user = await service.led(session, user_id, by)
    if by.user_id is None or by.user_id == user_id:
        raise errors.LeadersPlan
    reason = service.masked(command.reason) if command.reason else None
    state = DutyState(command.state)
    await duty.set_state(session, user_id, state, reason, by_id=by.user_id, by_name=by.display_name, now=now)
    await audit.record(
        session, chain="shifts", event="duty.forced", actor=by.actor, object=f"user:{user_id}", now=now,
        detail={"state": state},
    )  # fmt: skip
    return user


async def require_seen(session: AsyncSession, user_id: UUID, by: Principal) -> None:
    """The own events, and those of whom one leads."""
    if user_id == by.user_id:
        return
    user = await session.get(User, user_id)
    seen = user is not None and user.organisation_id is not None
    if user is None or not seen or not by.roles & rules.PLANNERS:
        raise errors.ShiftUnknown
    if user.organisation_id is None or not await service.sees(session, user.organisation_id, by):
        raise errors.ShiftUnknown
