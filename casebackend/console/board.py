from sanic import HTTPResponse, Request

from casebackend.console import labels
from casebackend.console.rendering import console, page
from casebackend.heartbeats.health import what_is_missing
from casebackend.heartbeats.queries import beats

bp = console("board")


@bp.get("/board")
async def show(request: Request) -> HTTPResponse:
    """Which programs are at work, and what is missing."""
    missing = await what_is_missing(request)
    async with request.app.ctx.database.reading() as session:
        known = await beats(session)
    return page(request, "board.html", missing=missing, beats=known, labels=labels)


@bp.get("/api-docs")
async def api_docs(request: Request) -> HTTPResponse:
    return page(request, "api.html")
