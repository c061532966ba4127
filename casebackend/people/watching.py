"""What is told and done about accounts without anybody asking: guesses at them, and those that nobody uses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind, Principal
from casebackend.clocks.rules import moment_text
from casebackend.notices.service import Word, notify
from casebackend.people import accounts, errors
from casebackend.policies import service as policies
from casebackend.staff.model import LoginAttempt, LoginSession, User
from casebackend.staff.queries import with_role
from casebackend.staff.rules import Outcome, Role

LOCKED, UNUSED = "login.locked", "account.unused"
WORKER = Principal(Kind.SERVICE, "worker", frozenset(), display_name="系统")


async def on_locked(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """In the console it waits for the next login; the lock is over by itself."""
    user = await session.get(User, UUID(payload["user_id"]))
    attempt = await session.get(LoginAttempt, UUID(payload["attempt_id"]))
    if user is None or attempt is None:
        return
    policy = await policies.in_force(session, now)
    minutes = int(policy.lock.total_seconds() // 60)
    values = {"at": moment_text(attempt.at), "address": attempt.address, "minutes": minutes}
    cause = f"login-locked:{user.id}:{attempt.at:%Y%m%d%H}"
    await notify(session, Word(cause, LOCKED, "staff_login_locked", values, "/account", own=True), to=[user], now=now)


async def unused(session: AsyncSession, *, now: datetime) -> Sequence[UUID]:
    """Accounts that nobody has logged in to for so long, counted from the login, the password or the enabling that
    came last. Passwords of the demo have no day and do not age."""
    policy = await policies.in_force(session, now)
    if not policy.unused:
        return []
    since = now - policy.unused
    logged_in = exists().where(LoginSession.user_id == User.id, LoginSession.seen_at > since)
    enabled = exists().where(
        LoginAttempt.user_id == User.id, LoginAttempt.at > since, LoginAttempt.outcome == Outcome.ENABLED
    )
    old = (User.active, User.password_changed_at <= since, ~logged_in)
    return (await session.scalars(select(User.id).where(*old, ~enabled).order_by(User.login))).all()


async def disable(session: AsyncSession, user_id: UUID, *, now: datetime) -> None:
    """Looked at again: he may have come meanwhile. The last administrator of a kind stays."""
    user = await accounts.hold(session, user_id)
    if user_id not in await unused(session, now=now):
        return
    days = (await policies.in_force(session, now)).unused.days
    try:
        await accounts.disable(session, user, f"{days}天未登录，系统自动停用", by=WORKER, now=now)
    except errors.LastAdministrator:
        return
    values = {"name": user.display_name, "days": days}
    word = Word(f"account-unused:{user.id}:{now:%Y%m%d}", UNUSED, "staff_account_unused", values, f"/users/{user.id}")
    await notify(session, word, to=await with_role(session, Role.SECURITY_ADMIN), now=now)
