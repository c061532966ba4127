"""ETag and If-Match (RFC 9110 13): whoever writes says which version was read."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Concatenate

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.errors import PreconditionFailed, PreconditionRequired

ANY = "*"


class VersionMissing(PreconditionRequired):
    slug = "if-match-missing"

    def __init__(self) -> None:
        super().__init__("修改前请先读取，并在 If-Match 请求头中带上读到的 ETag")


class VersionPassed(PreconditionFailed):
    slug = "version-passed"

    def __init__(self, current: int) -> None:
        super().__init__("您读取之后有人改动了它，请重新读取后再试", current=current)


def etag(version: int) -> str:
    return f'"{version}"'


def tagged(response: HTTPResponse, version: int) -> HTTPResponse:
    response.headers["ETag"] = etag(version)
    return response


def wanted(request: Request) -> str:
    """What the caller read, as sent; weak tags count like strong ones, because a version is exact."""
    sent = request.headers.get("if-match", "").strip()
    if not sent:
        raise VersionMissing
    return sent


type Handler[**P] = Callable[Concatenate[Request, AsyncSession, P], Awaitable[HTTPResponse]]


def conditional[**P](handler: Handler[P]) -> Handler[P]:
    """For whatever changes what exists: no answer without If-Match. Goes under `@transactional` and `@idempotent`."""

    @wraps(handler)
    async def asked(request: Request, session: AsyncSession, /, *args: P.args, **kwargs: P.kwargs) -> HTTPResponse:
        wanted(request)
        return await handler(request, session, *args, **kwargs)

    asked.wants_version = True  # type: ignore[attr-defined]
    return asked


def sent[**P](handler: Callable[Concatenate[Request, P], Awaitable[HTTPResponse]]) -> Any:
    """The same for a route that has something to do before its transaction begins."""

    @wraps(handler)
    async def asked(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HTTPResponse:
        wanted(request)
        return await handler(request, *args, **kwargs)

    asked.wants_version = True  # type: ignore[attr-defined]
    return asked


def placed(response: HTTPResponse, address: str) -> HTTPResponse:
    """Where the new thing can be read again."""
    response.headers["Location"] = f"/api/v1{address}"
    return response


def require_same(read: int | None, current: int) -> None:
    """Under the lock, for what was compared before it was taken; None where any version will do."""
    if read is not None and read != current:
        raise VersionPassed(current)


def require(sent: str, current: int) -> None:
    tags = {tag.strip().removeprefix("W/") for tag in sent.split(",")}
    if ANY not in tags and etag(current) not in tags:
        raise VersionPassed(current)
