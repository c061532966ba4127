"""Logging in takes two short transactions with the slow password check between them, outside of both."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import service as audit
from casebackend.database import one_at_a_time
from casebackend.errors import Unauthenticated
from casebackend.outbox import service as outbox
from casebackend.policies import service as policies
from casebackend.policies.rules import Policy
from casebackend.staff import locks, sessions
from casebackend.staff.model import LoginAttempt, User
from casebackend.staff.rules import Outcome, Stage, bucket_of
from casebackend.staff.sessions import end_all_sessions, end_session, find_session, mark_seen, secret_hash

__all__ = [
    "Attempt", "LoginRefused", "add_user", "begin_attempt", "csrf_token", "end_all_sessions", "end_session",
    "find_session", "login_key", "mark_seen", "open_session", "refuse", "secret_hash", "settle",
]  # fmt: skip
# What stands in the audit for a login that nobody has: the name that was typed may be a password.
UNKNOWN = "login:unknown"


class LoginRefused(Unauthenticated):
    """The same sentence for a wrong password, an unknown user and a locked one."""

    slug, title = "login-refused", "登录未成功"

    def __init__(self, policy: Policy) -> None:
        minutes = int(policy.lock.total_seconds() // 60)
        super().__init__(f"用户名或密码不正确，或连续多次未成功已暂停登录。请核对后重试，{minutes} 分钟后自动恢复。")


@dataclass(frozen=True, slots=True)
class Attempt:
    """`names`: what a password of this user must not hold."""

    id: UUID
    user_id: UUID | None
    password_hash: str | None
    locked: bool
    policy: Policy
    names: tuple[str, ...] = ()


def login_key(key: str, login: str) -> str:
    return hmac.new(key.encode(), f"login:{login.strip().lower()}".encode(), hashlib.sha256).hexdigest()


def csrf_token(key: str, secret: str) -> str:
    return hmac.new(key.encode(), f"csrf:{secret}".encode(errors="replace"), hashlib.sha256).hexdigest()


async def begin_attempt(session: AsyncSession, *, key: str, login: str, address: str, now: datetime) -> Attempt:
    hashed, address = login_key(key, login), bucket_of(address)
    await one_at_a_time(session, "login")
    policy = await policies.in_force(session, now)
    locked = await locks.is_locked(session, policy, login_key=hashed, address=address, now=now)
    user = await session.scalar(select(User).where(User.login == login.strip().lower(), User.active))
    row = LoginAttempt(
        login_key=hashed,
        user_id=user.id if user else None,
        address=address,
        outcome=Outcome.LOCKED if locked else Outcome.TRIED,
        at=now,
    )
    session.add(row)
    await session.flush()
    if user is None:
        return Attempt(row.id, None, None, locked, policy)
    return Attempt(row.id, user.id, user.password_hash, locked, policy, (user.login, user.staff_no))


async def refuse(session: AsyncSession, attempt: Attempt, *, now: datetime) -> None:
    """The same statements whether or not there is such an account: the time of the answer must not tell."""
    if not attempt.locked:
        await settle(session, attempt, Outcome.FAILED)
    await audit.record(
        session,
        chain="access",
        event="login.locked" if attempt.locked else "login.failed",
        actor="anonymous:anonymous",
        object=f"user:{attempt.user_id}" if attempt.user_id else UNKNOWN,
        now=now,
    )
    if not attempt.locked and await _has_locked(session, attempt, now=now) and attempt.user_id:
        told: dict[str, object] = {"user_id": str(attempt.user_id), "attempt_id": str(attempt.id)}
        outbox.emit(session, "login.locked", told, now=now)


async def _has_locked(session: AsyncSession, attempt: Attempt, *, now: datetime) -> bool:
    """Whether this failure was the one too many: whose account it is learns of it, once a lock."""
    tried = await session.get_one(LoginAttempt, attempt.id)
    await session.flush()
    return await locks.has_locked(session, attempt.policy, login_key=tried.login_key, now=now)


async def settle(session: AsyncSession, attempt: Attempt, outcome: Outcome) -> None:
    (await session.get_one(LoginAttempt, attempt.id)).outcome = outcome


async def open_session(
    session: AsyncSession,
    attempt: Attempt,
    *,
    replaces: str | None,
    address: str,
    now: datetime,
    stage: Stage = Stage.FULL,
    certificate: str | None = None,
) -> tuple[str, User]:
    """Always a new secret; the session the browser held before, if any, ends here."""
    if attempt.user_id is None:
        raise LoginRefused(attempt.policy)
    await settle(session, attempt, Outcome.OPENED if stage is Stage.FULL else Outcome.PASSED)
    if replaces:
        await end_session(session, replaces, now=now)
    user = await session.get_one(User, attempt.user_id)
    secret = await sessions.begin(
        session, user, stage=stage, address=address, now=now, certificate=certificate
    )  # fmt: skip
    return secret, user


async def add_user(
    session: AsyncSession,
    *,
    login: str,
    display_name: str,
    staff_no: str,
    roles: list[str],
    password_hash: str,
    organisation_id: UUID | None = None,
) -> User:
    user = User(
        login=login,
        display_name=display_name,
        staff_no=staff_no,
        roles=roles,
        password_hash=password_hash,
        organisation_id=organisation_id,
    )
    session.add(user)
    await session.flush()
    return user
