"""回访: what became of the surveys of a case, and the form for the one on the telephone."""

from typing import Any

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.surveys import RecordSurvey
from casebackend.cases import service as cases
from casebackend.console.fragments import section
from casebackend.console.rendering import console, form_of, go
from casebackend.database import reading, transactional
from casebackend.revisits import asking, queries

bp = console("surveys")


@bp.get("/cases/<reference:str>/surveys")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await cases.visible(session, me, reference)
    shown = await queries.of_case(session, case, me, now=now)
    return section(request, "_surveys.html", number=case.number, heading="回访", surveys=shown)


@bp.post("/cases/<reference:str>/surveys")
@transactional
async def record(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await cases.visible(session, me, reference)
    given: dict[str, Any] = {name: form[name] for name in ("outcome", "score", "words") if form.get(name)}
    if form.get("solved"):
        given["solved"] = form["solved"] == "yes"
    if form.get("again"):
        given["again"] = True
    await asking.record(session, case, RecordSurvey.model_validate(given), by=me, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#surveys")
