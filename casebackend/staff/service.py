"""Logging in takes two short transactions with the slow password check between them, outside of both."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import service as audit
from casebackend.database import Database, announce, one_at_a_time
from casebackend.errors import Unauthenticated
from casebackend.staff.model import LoginAttempt, LoginSession, User
from casebackend.staff.rules import LOCK, Outcome, is_alive, is_locked

SECRET_BYTES = 32


class LoginRefused(Unauthenticated):
    """The same sentence for a wrong password, an unknown user and a locked one."""

    slug, title = "login-refused", "登录未成功"

    def __init__(self) -> None:
        super().__init__("用户名或密码不正确，或连续多次未成功已暂停登录。请核对后重试，15 分钟后自动恢复。")


@dataclass(frozen=True, slots=True)
class Attempt:
    id: UUID
    user_id: UUID | None
    password_hash: str | None
    locked: bool


def login_key(key: str, login: str) -> str:
    return hmac.new(key.encode(), f"login:{login.strip().lower()}".encode(), hashlib.sha256).hexdigest()


def csrf_token(key: str, secret: str) -> str:
    return hmac.new(key.encode(), f"csrf:{secret}".encode(errors="replace"), hashlib.sha256).hexdigest()


def secret_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


async def begin_attempt(session: AsyncSession, *, key: str, login: str, address: str, now: datetime) -> Attempt:
    hashed = login_key(key, login)
    await one_at_a_time(session, "login")
    locked = is_locked(
        failures_of_account=await _failures(session, LoginAttempt.login_key == hashed, now),
        failures_from_address=await _failures(session, LoginAttempt.address == address, now),
    )
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
    return Attempt(row.id, user.id if user else None, user.password_hash if user else None, locked)


async def _failures(session: AsyncSession, whose: ColumnElement[bool], now: datetime) -> int:
    opened = await session.scalar(
        select(func.max(LoginAttempt.at)).where(whose, LoginAttempt.outcome == Outcome.OPENED)
    )
    since = max(now - LOCK, opened) if opened else now - LOCK
    counted = await session.scalar(
        select(func.count()).where(
            whose, LoginAttempt.at > since, LoginAttempt.outcome.in_([Outcome.TRIED, Outcome.FAILED])
        )
    )
    return counted or 0


async def refuse(session: AsyncSession, attempt: Attempt, *, now: datetime) -> None:
    if not attempt.locked:
        row = await session.get_one(LoginAttempt, attempt.id)
        row.outcome = Outcome.FAILED
    if attempt.user_id:
        await audit.record(
            session,
            chain="access",
            event="login.locked" if attempt.locked else "login.failed",
            actor="anonymous:anonymous",
            object=f"user:{attempt.user_id}",
            now=now,
        )


async def open_session(
    session: AsyncSession, attempt: Attempt, *, replaces: str | None, address: str, now: datetime
) -> tuple[str, User]:
    """Always a new secret; the session the browser held before, if any, ends here."""
    if attempt.user_id is None:
        raise LoginRefused
    row = await session.get_one(LoginAttempt, attempt.id)
    row.outcome = Outcome.OPENED
    if replaces:
        await end_session(session, replaces, now=now)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session.add(
        LoginSession(
            secret_hash=secret_hash(secret), user_id=attempt.user_id, address=address, created_at=now, seen_at=now
        )
    )
    user = await session.get_one(User, attempt.user_id)
    await audit.record(
        session, chain="access", event="login.opened", actor=f"staff:{user.login}", object=f"user:{user.id}", now=now
    )
    announce(session, "console")
    return secret, user


OF_A_SESSION = (
    select(
        LoginSession.id.label("session_id"),
        LoginSession.created_at,
        LoginSession.seen_at,
        LoginSession.ended_at,
        User.id,
        User.login,
        User.display_name,
        User.roles,
        User.organisation_id,
    )
    .join(User, User.id == LoginSession.user_id)
    .where(LoginSession.secret_hash == bindparam("hashed"), User.active)
)


async def find_session(database: Database, secret: str, *, now: datetime) -> Row[Any] | None:
    """What a request needs of the session and its user, by column. None for a session that is unknown, idle too long,
    too old or ended, and when the user was switched off."""
    row = await database.look(OF_A_SESSION, hashed=secret_hash(secret))
    if row is None:
        return None
    alive = is_alive(created_at=row.created_at, seen_at=row.seen_at, ended_at=row.ended_at, now=now)
    return row if alive else None


async def mark_seen(session: AsyncSession, login_id: UUID, *, now: datetime) -> None:
    await session.execute(update(LoginSession).where(LoginSession.id == login_id).values(seen_at=now))


async def end_session(session: AsyncSession, secret: str, *, now: datetime) -> None:
    hashed = secret_hash(secret)
    login = await session.scalar(select(LoginSession).where(LoginSession.secret_hash == hashed))
    if login is not None and login.ended_at is None:
        login.ended_at = now
        await audit.record(
            session,
            chain="access",
            event="login.closed",
            actor=f"staff:{login.user_id}",
            object=f"user:{login.user_id}",
            now=now,
        )


async def end_all_sessions(session: AsyncSession, user_id: UUID, *, now: datetime) -> None:
    await session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )


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
