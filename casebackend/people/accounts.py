"""Users without their rights: created, changed, disabled and enabled, given a new password. Nobody is deleted."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_below
from casebackend.api.people import ChangeUser, CreateUser
from casebackend.audit import service as audit
from casebackend.credentials.model import OldPassword
from casebackend.database import locked, one_at_a_time
from casebackend.organisations.errors import UnitClosed, UnitUnknown
from casebackend.organisations.model import Organisation
from casebackend.outbox import service as outbox
from casebackend.people import errors
from casebackend.staff.model import LoginAttempt, User
from casebackend.staff.queries import with_role
from casebackend.staff.rules import ADMINISTRATORS, CASE_ROLES, ROLE_NAMES, Outcome, Role
from casebackend.staff.service import add_user, end_all_sessions

NO_PASSWORD = "!"
DETAILS = ("display_name", "organisation_id", "superior_id", "email", "mobile", "skills")


async def hold(session: AsyncSession, user_id: UUID) -> User:
    user = await locked(session, User, user_id)
    if user is None:
        raise errors.UserUnknown
    return user


async def create(session: AsyncSession, command: CreateUser, *, by: Principal, now: datetime) -> User:
    """Nobody can log in with it before it was given a password, nor do anything before rights were approved."""
    await one_at_a_time(session, "people")
    taken = select(User.id).where(or_(User.login == command.login, User.staff_no == command.staff_no))
    if await session.scalar(taken.limit(1)) is not None:
        raise errors.LoginTaken
    await _require_unit(session, command.organisation_id)
    await _require_superior(session, None, command.superior_id)
    user = await add_user(
        session,
        login=command.login,
        display_name=command.display_name,
        staff_no=command.staff_no,
        roles=[],
        password_hash=NO_PASSWORD,
        organisation_id=command.organisation_id,
    )
    user.superior_id, user.skills = command.superior_id, list(command.skills)
    user.email, user.mobile, user.must_change = command.email, command.mobile, True
    await written(session, user, "user.created", by, now=now, first=True)
    return user


async def change(session: AsyncSession, user: User, command: ChangeUser, *, by: Principal, now: datetime) -> None:
    """`user` is held. Rights are no part of it, and a data scope named for him stays."""
    if user.left_at is not None:
        raise errors.HasLeft
    if command.organisation_id != user.organisation_id:
        await _require_unit(session, command.organisation_id)
    if command.superior_id != user.superior_id:
        await _require_superior(session, user, command.superior_id)
    changed = [name for name in DETAILS if getattr(command, name) != getattr(user, name)]
    if "organisation_id" in changed:
        await keep_scope(session, user, command.organisation_id)
        fewer(session, user.organisation_id, now=now)
    for name in changed:
        setattr(user, name, getattr(command, name))
    if "organisation_id" in changed:
        filled(session, user, now=now)
    if changed:
        await written(session, user, "user.changed", by, now=now, detail={"fields": changed})


def fewer(session: AsyncSession, unit_id: UUID | None, *, now: datetime) -> None:
    """What waits for a decision in this unit is looked at again: somebody may not be there for it any more."""
    if unit_id is not None:
        outbox.emit(session, "unit.fewer", {"unit_id": str(unit_id)}, now=now)


def filled(session: AsyncSession, user: User, *, now: datetime) -> None:
    """Somebody is there now who was not: what waits for whoever holds his post is told to him."""
    if user.active and CASE_ROLES & set(user.roles):
        outbox.emit(session, "post.filled", {"user_id": str(user.id)}, now=now)


async def keep_scope(session: AsyncSession, user: User, unit_id: UUID | None) -> None:
    """Before a transfer. Whoever comes to see more by it sees what he saw until that was approved: posting somebody is
    no granting. What makes the view narrower, or another one of the same height, holds at once."""
    if user.scope_unit_id is None and CASE_ROLES & set(user.roles):
        before = await scope_below(session, user.organisation_id)
        after = await scope_below(session, unit_id)
        if not before.everything and (after.everything or before.units < after.units):
            user.scope_unit_id = user.organisation_id


async def disable(session: AsyncSession, user: User, reason: str, *, by: Principal, now: datetime) -> None:
    """Every open session ends with this transaction."""
    _require_other(user, by)
    if not user.active:
        raise errors.AlreadySo
    await require_not_the_last(session, user)
    user.active, user.disabled_why = False, reason
    fewer(session, user.organisation_id, now=now)
    await end_all_sessions(session, user.id, now=now)
    await written(session, user, "user.disabled", by, now=now)


async def enable(session: AsyncSession, user: User, *, by: Principal, now: datetime) -> None:
    _require_other(user, by)
    if user.left_at is not None:
        raise errors.HasLeft
    if user.active:
        raise errors.AlreadySo
    user.active, user.disabled_why = True, None
    filled(session, user, now=now)
    session.add(LoginAttempt(login_key="", user_id=user.id, address="", outcome=Outcome.ENABLED, at=now))
    await written(session, user, "user.enabled", by, now=now)


async def give_password(session: AsyncSession, user: User, password_hash: str, *, by: Principal, now: datetime) -> None:
    """An initial one: it opens the account once, for changing it. Whoever was logged in is so no longer."""
    _require_other(user, by)
    if user.left_at is not None:
        raise errors.HasLeft
    if ADMINISTRATORS & set(user.roles) and Role.SECURITY_ADMIN not in by.roles:
        raise errors.SecurityResets
    if user.password_hash != NO_PASSWORD:
        session.add(OldPassword(user_id=user.id, password_hash=user.password_hash, at=now))
    user.password_hash, user.must_change, user.password_changed_at = password_hash, True, now
    await end_all_sessions(session, user.id, now=now)
    await written(session, user, "user.password_reset", by, now=now)


async def require_not_the_last(session: AsyncSession, user: User, *, keeps: Collection[str] = ()) -> None:
    """Without one of them the bank could never appoint another."""
    for role in ADMINISTRATORS & set(user.roles) - set(keeps):
        if all(each.id == user.id for each in await with_role(session, role)):
            raise errors.LastAdministrator(ROLE_NAMES[role])


async def written(
    session: AsyncSession,
    user: User,
    event: str,
    by: Principal,
    *,
    now: datetime,
    detail: dict[str, object] | None = None,
    first: bool = False,
) -> None:
    """One accepted write of a user: one version, one audit link."""
    user.version += 0 if first else 1
    await session.flush()
    kept = {"version": user.version} | (detail or {})
    subject = f"user:{user.id}"
    await audit.record(session, chain="people", event=event, actor=by.actor, object=subject, now=now, detail=kept)


def _require_other(user: User, by: Principal) -> None:
    if by.user_id == user.id:
        raise errors.NotOneself


async def _require_unit(session: AsyncSession, unit_id: UUID | None) -> None:
    unit = await session.get(Organisation, unit_id) if unit_id else None
    if unit_id is not None and unit is None:
        raise UnitUnknown
    if unit is not None and unit.closed_on is not None:
        raise UnitClosed


async def _require_superior(session: AsyncSession, user: User | None, superior_id: UUID | None) -> None:
    seen = {user.id} if user is not None else set()
    at = superior_id
    while at is not None:
        above = await session.get(User, at)
        if above is None or at in seen or (at == superior_id and not above.active):
            raise errors.SuperiorWrong
        seen.add(at)
        at = above.superior_id
