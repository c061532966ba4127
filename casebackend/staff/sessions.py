"""Sessions live here, not in the browser: begun, carried on under a new secret, listed, ended."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.audit import service as audit
from casebackend.database import Database, announce
from casebackend.policies import service as policies
from casebackend.staff.model import LoginSession, User
from casebackend.staff.rules import Stage, is_alive

SECRET_BYTES = 32


def secret_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


async def begin(
    session: AsyncSession, user: User, *, stage: Stage, address: str, now: datetime, certificate: str | None = None
) -> str:
    policy = await policies.in_force(session, now)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    begun = LoginSession(
        secret_hash=secret_hash(secret),
        user_id=user.id,
        address=address,
        stage=stage,
        certificate=certificate,
        created_at=now,
        seen_at=now,
        idle_until=now + policy.idle,
        expires_at=now + policy.absolute,
    )
    session.add(begun)
    await session.flush()
    if stage is Stage.FULL:
        await _at_the_desk(session, user, begun, now=now)
    return secret


async def advance(session: AsyncSession, secret: str, stage: Stage, *, now: datetime) -> tuple[str, bool]:
    """One thing less to do, or new rights: the session goes on under a new secret, the old one opens nothing. Returns
    the secret, and whether the login ends with this."""
    hashed = secret_hash(secret)
    held = await session.scalar(select(LoginSession).where(LoginSession.secret_hash == hashed))
    if held is None or held.ended_at is not None:
        return "", False
    arrives = stage is Stage.FULL and held.stage != Stage.FULL
    renewed = secrets.token_urlsafe(SECRET_BYTES)
    held.stage, held.secret_hash = stage, secret_hash(renewed)
    await session.flush()
    if arrives:
        await _at_the_desk(session, await session.get_one(User, held.user_id), held, now=now)
    return renewed, arrives


async def _at_the_desk(session: AsyncSession, user: User, begun: LoginSession, *, now: datetime) -> None:
    """Of too many sessions of one person the oldest end, never the one that `begun` just now: not even where others
    began in the same moment, or the clock was set back."""
    policy = await policies.in_force(session, now)
    if policy.sessions:
        others = [each for each in await open_of(session, user.id, now=now) if each.id != begun.id]
        for each in others[policy.sessions - 1 :]:
            each.ended_at = now
    actor, what = f"staff:{user.login}", f"user:{user.id}"
    await audit.record(session, chain="access", event="login.opened", actor=actor, object=what, now=now)
    announce(session, "console")


OF_A_SESSION = (
    select(
        LoginSession.id.label("session_id"),
        LoginSession.stage,
        LoginSession.certificate,
        LoginSession.seen_at,
        LoginSession.idle_until,
        LoginSession.expires_at,
        LoginSession.ended_at,
        User.id,
        User.login,
        User.display_name,
        User.roles,
        User.organisation_id,
        User.scope_unit_id,
        User.granted,
        User.posts,
        User.groups,
        editions.ALL,
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
    alive = is_alive(idle_until=row.idle_until, expires_at=row.expires_at, ended_at=row.ended_at, now=now)
    return row if alive else None


async def mark_seen(session: AsyncSession, found: Row[Any], *, now: datetime) -> None:
    idle = found.idle_until - found.seen_at
    seen = {"seen_at": now, "idle_until": now + idle}
    await session.execute(update(LoginSession).where(LoginSession.id == found.session_id).values(seen))


async def open_of(session: AsyncSession, user_id: UUID, *, now: datetime) -> Sequence[LoginSession]:
    """Where somebody is logged in now, newest first."""
    query = select(LoginSession).where(
        LoginSession.user_id == user_id,
        LoginSession.ended_at.is_(None),
        LoginSession.idle_until > now,
        LoginSession.expires_at > now,
    )
    return (await session.scalars(query.order_by(LoginSession.created_at.desc(), LoginSession.id))).all()


async def end_session(session: AsyncSession, secret: str, *, now: datetime) -> None:
    hashed = secret_hash(secret)
    login = await session.scalar(select(LoginSession).where(LoginSession.secret_hash == hashed))
    if login is not None:
        await end(session, login, now=now)


async def end(session: AsyncSession, login: LoginSession, *, now: datetime) -> None:
    if login.ended_at is None:
        login.ended_at = now
        await audit.record(
            session,
            chain="access",
            event="login.closed",
            actor=f"staff:{login.user_id}",
            object=f"user:{login.user_id}",
            now=now,
        )


async def end_all_sessions(session: AsyncSession, user_id: UUID, *, now: datetime, but: str | None = None) -> None:
    """`but`: the secret of the one that goes on."""
    ended = update(LoginSession).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    if but is not None:
        hashed = secret_hash(but)
        ended = ended.where(LoginSession.secret_hash != hashed)
    await session.execute(ended.values(ended_at=now))


async def end_everywhere(session: AsyncSession, user: User, *, by: str, now: datetime) -> None:
    """By an administrator."""
    await end_all_sessions(session, user.id, now=now)
    await audit.record(session, chain="access", event="login.ended", actor=by, object=f"user:{user.id}", now=now)
