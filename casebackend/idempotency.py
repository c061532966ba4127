"""Same key, same answer (the semantics of Stripe's Idempotency-Key), stored in the transaction of the effect."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Protocol

from sanic import HTTPResponse, Request
from sanic.response import raw
from sqlalchemy import LargeBinary, delete, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base
from casebackend.errors import BadRequest, Unprocessable

LONGEST = 200
KEPT = ("ETag", "Location")
# Nobody asks again after so long. An answer may quote a customer: it must not outlive what it was about.
ANSWERED_AGAIN = timedelta(days=30)
AT_ONCE = 500


class IdempotentAnswer(Base):
    __tablename__ = "idempotency"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_sha256: Mapped[str]
    status: Mapped[int]
    content_type: Mapped[str | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(index=True)


IDEMPOTENCY: Any = IdempotentAnswer.__table__


class KeyMissing(BadRequest):
    slug, title = "idempotency-key-missing", "缺少 Idempotency-Key"

    def __init__(self) -> None:
        super().__init__("该操作需要 Idempotency-Key 请求头：1到200个可见的 ASCII 字符")


class KeyReused(Unprocessable):
    slug, title = "idempotency-key-reused", "Idempotency-Key 已用于其他内容"

    def __init__(self) -> None:
        super().__init__("请为新的操作换一个 Idempotency-Key")


class Handler(Protocol):
    def __call__(
        self, request: Request, session: AsyncSession, /, *args: Any, **kwargs: Any
    ) -> Awaitable[HTTPResponse]: ...


def marked_like[H: Callable[..., Any]](inner: Handler) -> Callable[[H], H]:
    """For a route that only calls the handler that takes the key."""

    def marked(handler: H) -> H:
        handler.takes_key = inner.takes_key  # type: ignore[attr-defined]
        return handler

    return marked


async def _claimed(session: AsyncSession, **row: Any) -> bool:
    """False when the key was used. Whoever brings the same key meanwhile waits here until this transaction ends."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    unanswered = row | {"status": 0, "body": b"", "headers": {}}
    connection = await session.connection()
    claim = insert(IDEMPOTENCY).on_conflict_do_nothing().returning(IDEMPOTENCY.c.status)
    return (await connection.execute(claim, unanswered)).first() is not None


def idempotent(handler: Handler) -> Handler:
    """Goes under `@transactional`. The key is scoped to the caller and the path. ETag and Location are kept too."""

    @wraps(handler)
    async def once(request: Request, session: AsyncSession, /, *args: Any, **kwargs: Any) -> HTTPResponse:
        key = request.headers.get("idempotency-key")
        if not key or len(key) > LONGEST or not key.isascii() or not key.isprintable():
            raise KeyMissing
        scope = f"{request.ctx.principal.actor} {request.method} {request.path}"
        digest = hashlib.sha256(request.body).hexdigest()
        held = (IDEMPOTENCY.c.scope == scope, IDEMPOTENCY.c.key == key)
        if not await _claimed(session, scope=scope, key=key, request_sha256=digest, created_at=request.app.ctx.now()):
            known = (await session.execute(select(IDEMPOTENCY).where(*held))).one()
            if known.request_sha256 != digest:
                raise KeyReused
            headers = {"Idempotent-Replayed": "true", **known.headers}
            return raw(known.body, known.status, headers, known.content_type or "application/json")
        response = await handler(request, session, *args, **kwargs)
        await session.flush()
        answer = {
            "status": response.status,
            "content_type": response.content_type,
            "body": response.body or b"",
            "headers": {name: response.headers[name] for name in KEPT if name in response.headers},
        }
        await (await session.connection()).execute(update(IDEMPOTENCY).where(*held).values(answer))
        return response

    once.takes_key = True  # type: ignore[attr-defined]
    return once


async def forget(session: AsyncSession, *, now: datetime) -> int:
    """The next answers that are kept no longer; how many."""
    names = (IDEMPOTENCY.c.scope, IDEMPOTENCY.c.key)
    old = select(*names).where(IDEMPOTENCY.c.created_at < now - ANSWERED_AGAIN).limit(AT_ONCE)
    found = [tuple(row) for row in await session.execute(old)]
    if found and session.get_bind().dialect.name == "sqlite":  # what is freed is overwritten, not only forgotten
        await session.execute(text("PRAGMA secure_delete=ON"))
    if found:
        await (await session.connection()).execute(delete(IDEMPOTENCY).where(tuple_(*names).in_(found)))
    return len(found)
