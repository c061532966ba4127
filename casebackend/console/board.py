from typing import Any

from sanic import HTTPResponse, Request

from casebackend.calendar.rules import local_date
from casebackend.console import labels
from casebackend.console.rendering import console, page
from casebackend.digests.standing import standing
from casebackend.heartbeats.health import what_is_missing, what_is_reduced
from casebackend.heartbeats.queries import beats
from casebackend.heartbeats.rules import standing as standing_now

bp = console("board")
LEADING = frozenset({"team_lead", "department_head", "approver", "auditor", "complaint_manager", "executive"})


@bp.get("/board")
async def show(request: Request) -> HTTPResponse:
    """For those who lead: who waits and what is late. For everybody: which programs are at work."""
    me, now = request.ctx.principal, request.app.ctx.now()
    missing = await what_is_missing(request)
    async with request.app.ctx.database.reading() as session:
        known = standing_now(await beats(session), now=now)
        stands = await standing(session, me, now=now) if me.roles & LEADING else None
    told: dict[str, Any] = {"missing": missing, "reduced": what_is_reduced(request), "beats": known, "stands": stands}
    return page(request, "board.html", **told, labels=labels, today=local_date(now))


@bp.get("/api-docs")
async def api_docs(request: Request) -> HTTPResponse:
    return page(request, "api.html")
