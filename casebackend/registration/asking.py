"""Routes that write down what a complaint is about ask the core system of it before their transaction opens."""

from collections.abc import Awaitable, Callable, Iterable
from functools import wraps
from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request

from casebackend.api.parties import ObjectNamed
from casebackend.api.registration import Register
from casebackend.database import Route
from casebackend.errors import DomainError
from casebackend.parties import asking
from casebackend.registration import drafts

# Takes what the route takes.
type Named = Callable[..., Awaitable[Iterable[ObjectNamed]]]


def core_first[**P](named: Named) -> Callable[[Route[P]], Route[P]]:
    """`named` reads from the request what it is about; what cannot be read the route itself will refuse."""

    def around(route: Route[P]) -> Route[P]:
        @wraps(route)
        async def asked(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HTTPResponse:
            try:
                things = list(await named(request, *args, **kwargs))
            except (ValueError, DomainError):
                things = []
            core = request.app.ctx.database.info.get("core")
            with asking.said(await asking.ahead(core, things)):
                return await route(request, *args, **kwargs)

        return asked

    return around


async def of_registration(request: Request, **_: Any) -> Iterable[ObjectNamed]:
    return Register.model_validate_json(request.body).objects


async def of_object(request: Request, **_: Any) -> Iterable[ObjectNamed]:
    return [ObjectNamed.model_validate_json(request.body)]


async def of_draft(request: Request, registration_id: UUID) -> Iterable[ObjectNamed]:
    async with request.app.ctx.database.reading() as session:
        saved = await drafts.mine(session, request.ctx.principal, registration_id)
        return drafts.opened(session, saved).content.objects
