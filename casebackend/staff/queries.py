from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.database import remembered
from casebackend.organisations.model import Organisation
from casebackend.staff.model import Duty, LoginAttempt, LoginSession, User
from casebackend.staff.rules import DutyState, Role, Stage


async def names(session: AsyncSession, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {id for id in ids if id is not None}
    rows = await session.execute(select(User.id, User.display_name).where(User.id.in_(wanted)))
    return {id: name for id, name in rows}


def _logged_in(now: datetime) -> Any:
    return select(LoginSession.user_id).where(
        LoginSession.ended_at.is_(None),
        LoginSession.stage == Stage.FULL,
        LoginSession.idle_until > now,
        LoginSession.expires_at > now,
    )


async def at_work(session: AsyncSession, role: str, *, now: datetime) -> list[User]:
    """Active users of a role with an open session."""
    query = select(User).where(User.active, User.id.in_(_logged_in(now)))
    return [user for user in await session.scalars(query.order_by(User.login)) if role in user.roles]


async def present_ids(session: AsyncSession, *, now: datetime) -> set[UUID]:
    """Whoever has an open session."""
    return set(await session.scalars(_logged_in(now)))


async def free_ids(session: AsyncSession, *, now: datetime) -> set[UUID]:
    """Whoever has an open session and has neither signed out nor declared himself busy."""
    busy = select(Duty.user_id).where(Duty.state != DutyState.FREE)
    return set(await session.scalars(_logged_in(now).where(LoginSession.user_id.not_in(busy))))


async def login_log(
    session: AsyncSession, *, user_id: UUID | None = None, limit: int = 100
) -> list[tuple[LoginAttempt, User | None]]:
    """Newest first; of one user, or of all."""
    query = select(LoginAttempt, User).outerjoin(User, User.id == LoginAttempt.user_id)
    if user_id is not None:
        query = query.where(LoginAttempt.user_id == user_id)
    rows = await session.execute(query.order_by(LoginAttempt.at.desc()).limit(limit))
    return [(attempt, user) for attempt, user in rows]


LEADING = (Role.DEPARTMENT_HEAD, Role.COMPLAINT_MANAGER, Role.EXECUTIVE)


async def of_unit(session: AsyncSession, unit_id: UUID) -> list[User]:
    """Active people of exactly this unit."""

    async def ask() -> list[User]:
        query = select(User).where(User.organisation_id == unit_id, User.active).order_by(User.login)
        return list(await session.scalars(query))

    return await remembered(session, ("of_unit", unit_id), ask)


async def _above(session: AsyncSession, unit_id: UUID) -> UUID | None:
    async def ask() -> UUID | None:
        return await session.scalar(select(Organisation.parent_id).where(Organisation.id == unit_id))

    return await remembered(session, ("above", unit_id), ask)


async def leaders_of(session: AsyncSession, unit_id: UUID | None) -> list[User]:
    """Who leads this unit; where nobody does, the nearest unit above that somebody leads."""
    while unit_id is not None:
        leading = [user for user in await of_unit(session, unit_id) if set(LEADING) & set(user.roles)]
        if leading:
            return leading
        unit_id = await _above(session, unit_id)
    return []


async def superiors(session: AsyncSession, user: User, *, most: int = 10) -> list[User]:
    """The chain above a person: named superiors first, then who leads the unit and the units above it."""
    found: list[User] = []
    current: User | None = user
    while current is not None and len(found) < most:
        above = await _superior(session, current, passed={user.id, *(each.id for each in found)})
        if above is not None:
            found.append(above)
        current = above
    return found


async def _superior(session: AsyncSession, user: User, *, passed: set[UUID]) -> User | None:
    if user.superior_id is not None and user.superior_id not in passed:
        superior_id = user.superior_id
        named = await remembered(session, ("user", superior_id), lambda: session.get(User, superior_id))
        if named is not None and named.active:
            return named
    unit_id = user.organisation_id
    while unit_id is not None:
        leading = [each for each in await leaders_of(session, unit_id) if each.id not in passed]
        if leading:
            return leading[0]
        unit_id = await _above(session, unit_id)
    return None


async def with_role(session: AsyncSession, role: Role) -> list[User]:
    """Active people of a role, of the whole bank."""

    async def ask() -> list[User]:
        listed = cast(User.roles, String).contains(f'"{role}"')
        rows = await session.scalars(select(User).where(User.active, listed).order_by(User.login))
        return [user for user in rows if role in user.roles]

    return await remembered(session, ("with_role", role), ask)
