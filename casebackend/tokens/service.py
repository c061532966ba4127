"""Service tokens: issued, found, replaced and revoked. The secret is told once."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.tokens import IssueToken
from casebackend.audit import service as audit
from casebackend.database import Database, locked
from casebackend.errors import Conflict, NotFound, Unprocessable
from casebackend.policies import service as policies
from casebackend.tokens.model import ServiceToken
from casebackend.tokens.rules import HINT, PREFIX, hash_of, is_live, made


class TokenUnknown(NotFound):
    slug = "token-unknown"

    def __init__(self) -> None:
        super().__init__("没有这个服务令牌")


class TokenNameTaken(Conflict):
    slug, title = "token-name-taken", "名称已被使用"

    def __init__(self) -> None:
        super().__init__("已有同名的有效令牌；请更换它，或换一个名称")


class TokenEnded(Conflict):
    slug, title = "token-ended", "令牌已失效"

    def __init__(self) -> None:
        super().__init__("该令牌已吊销或已过期，不能再更换")


class TokenWrong(Unprocessable):
    slug, title = "token-wrong", "令牌范围或有效期不正确"

    def __init__(self, days: int) -> None:
        super().__init__(f"范围须从列表中选择，有效期最长 {days} 天")


async def issue(
    session: AsyncSession, command: IssueToken, *, scopes: Collection[str], by: str, now: datetime
) -> tuple[ServiceToken, str]:
    """`scopes`: those there are. Returns the token and its secret."""
    policy = await policies.in_force(session, now)
    if command.days > policy.token_days or not set(command.scopes) <= set(scopes):
        raise TokenWrong(policy.token_days)
    if any(_live(each, now) for each in await named(session, command.name)):
        raise TokenNameTaken
    expires = now + timedelta(days=command.days)
    token, secret = _added(session, command.name, sorted(set(command.scopes)), expires, by=by, now=now)
    await session.flush()
    await _noted(session, "token.issued", token, by, now)
    return token, secret


async def replace(session: AsyncSession, token: ServiceToken, *, by: str, now: datetime) -> tuple[ServiceToken, str]:
    """A new secret for the same name, scopes and end; the old one still opens for a while."""
    if not _live(token, now):
        raise TokenEnded
    policy = await policies.in_force(session, now)
    following, secret = _added(session, token.name, token.scopes, token.expires_at, by=by, now=now)
    token.expires_at = min(token.expires_at, now + policy.token_grace)
    await session.flush()
    await _noted(session, "token.replaced", following, by, now)
    return following, secret


async def revoke(session: AsyncSession, token: ServiceToken, *, by: str, now: datetime) -> None:
    """Holds with the next request."""
    if token.revoked_at is None:
        token.revoked_at = now
        await session.flush()
        await _noted(session, "token.revoked", token, by, now)


def _added(
    session: AsyncSession, name: str, scopes: list[str], expires: datetime, *, by: str, now: datetime
) -> tuple[ServiceToken, str]:
    secret = made()
    token = ServiceToken(
        name=name,
        secret_hash=hash_of(secret),
        hint=secret[-HINT:],
        scopes=scopes,
        created_at=now,
        created_by=by,
        expires_at=expires,
    )
    session.add(token)
    return token, secret


def _live(token: ServiceToken, now: datetime) -> bool:
    return is_live(expires_at=token.expires_at, revoked_at=token.revoked_at, now=now)


async def named(session: AsyncSession, name: str) -> Sequence[ServiceToken]:
    return (await session.scalars(select(ServiceToken).where(ServiceToken.name == name))).all()


async def all_tokens(session: AsyncSession) -> Sequence[ServiceToken]:
    """Newest first."""
    return (await session.scalars(select(ServiceToken).order_by(ServiceToken.created_at.desc(), ServiceToken.id))).all()


async def held(session: AsyncSession, token_id: UUID, *, to_change: bool = True) -> ServiceToken:
    found = await (locked(session, ServiceToken, token_id) if to_change else session.get(ServiceToken, token_id))
    if found is None:
        raise TokenUnknown
    return found


OF_A_TOKEN = select(
    ServiceToken.id, ServiceToken.name, ServiceToken.scopes, ServiceToken.expires_at, ServiceToken.used_at,
    ServiceToken.revoked_at,
).where(ServiceToken.secret_hash == bindparam("hashed"))  # fmt: skip


async def find(database: Database, secret: str, *, now: datetime) -> Row[Any] | None:
    """None for what is not ours, unknown, expired or revoked."""
    if not secret.startswith(PREFIX):
        return None
    row = await database.look(OF_A_TOKEN, hashed=hash_of(secret))
    if row is None or not is_live(expires_at=row.expires_at, revoked_at=row.revoked_at, now=now):
        return None
    return row


async def mark_used(session: AsyncSession, token_id: UUID, *, now: datetime) -> None:
    """Says nothing about the token itself, so its version stays."""
    table: Any = ServiceToken.__table__
    await (await session.connection()).execute(update(table).where(table.c.id == token_id).values(used_at=now))


async def _noted(session: AsyncSession, event: str, token: ServiceToken, by: str, now: datetime) -> None:
    detail = {"name": token.name, "scopes": token.scopes, "expires_at": token.expires_at.isoformat()}
    what = f"token:{token.id}"
    await audit.record(session, chain="access", event=event, actor=by, object=what, now=now, detail=detail)
