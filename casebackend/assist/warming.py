"""The knowledge is loaded, and an index made again, before a transaction begins: it may take longer than one lasts."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate

from sanic import HTTPResponse, Request

from casebackend.calendar.rules import local_date

type Route[**P] = Callable[Concatenate[Request, P], Coroutine[Any, Any, HTTPResponse]]


def warmed[**P](handler: Route[P]) -> Route[P]:
    """Goes above `@transactional` and `@reading`."""

    @wraps(handler)
    async def first(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HTTPResponse:
        context = request.app.ctx
        await context.knowledge.suggest("", on=local_date(context.now()), limit=1)
        return await handler(request, *args, **kwargs)

    return first
