"""Same key, same answer (the semantics of Stripe's Idempotency-Key), stored in the transaction of the effect."""

import hashlib
from collections.abc import Awaitable
from datetime import datetime
from functools import wraps
from typing import Any, Protocol

from sanic import HTTPResponse, Request
from sanic.response import raw
from sqlalchemy import LargeBinary
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base, one_at_a_time
from casebackend.errors import BadRequest, Unprocessable


class IdempotentAnswer(Base):
    __tablename__ = "idempotency"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_sha256: Mapped[str]
    status: Mapped[int]
    content_type: Mapped[str | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class KeyMissing(BadRequest):
    slug, title = "idempotency-key-missing", "缺少 Idempotency-Key"

    def __init__(self) -> None:
        super().__init__("该操作需要 Idempotency-Key 请求头")


class KeyReused(Unprocessable):
    slug, title = "idempotency-key-reused", "Idempotency-Key 已用于其他内容"

    def __init__(self) -> None:
        super().__init__("请为新的操作换一个 Idempotency-Key")


class Handler(Protocol):
    def __call__(
        self, request: Request, session: AsyncSession, /, *args: Any, **kwargs: Any
    ) -> Awaitable[HTTPResponse]: ...


def idempotent(handler: Handler) -> Handler:
    """Goes under `@transactional`. The key is scoped to the caller and the path."""

    @wraps(handler)
    async def once(request: Request, session: AsyncSession, /, *args: Any, **kwargs: Any) -> HTTPResponse:
        key = request.headers.get("idempotency-key")
        if not key or len(key) > 200:
            raise KeyMissing
        scope = f"{request.ctx.principal.actor} {request.method} {request.path}"
        digest = hashlib.sha256(request.body).hexdigest()
        await one_at_a_time(session, f"{scope} {key}")
        known = await session.get(IdempotentAnswer, (scope, key))
        if known is not None:
            if known.request_sha256 != digest:
                raise KeyReused
            return raw(
                known.body, known.status, {"Idempotent-Replayed": "true"}, known.content_type or "application/json"
            )
        response = await handler(request, session, *args, **kwargs)
        session.add(
            IdempotentAnswer(
                scope=scope,
                key=key,
                request_sha256=digest,
                status=response.status,
                content_type=response.content_type,
                body=response.body or b"",
                created_at=request.app.ctx.now(),
            )
        )
        await session.flush()
        return response

    return once
