"""What the customer of a case still has to be told, what he was told, and the form that records it."""

from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.tellings import TellOwed
from casebackend.calendar.rules import SHANGHAI
from casebackend.cases.service import visible
from casebackend.console.fragments import require_version, section
from casebackend.console.panels import moment_of
from casebackend.console.rendering import console, form_of, given_in, go
from casebackend.database import reading, transactional
from casebackend.tellings import queries, service

bp = console("tellings")


@bp.get("/cases/<reference:str>/tellings")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    return section(
        request,
        "_tellings.html",
        number=case.number,
        heading="须告知客户的事项",
        owings=await queries.of_case(session, case, me),
        today=now.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
    )


@bp.post("/cases/<reference:str>/tellings/<owed_id:uuid>")
@transactional
async def tell(request: Request, session: AsyncSession, reference: str, owed_id: UUID) -> HTTPResponse:
    me, now, form = request.ctx.principal, request.app.ctx.now(), form_of(request)
    case = await visible(session, me, reference)
    owed = await service.of_id(session, case, owed_id)
    require_version(form.get("version"), owed.version)
    given = given_in(form, "told_by", "told_proof", "text")
    command = TellOwed.model_validate(given | {"told_at": moment_of("told_at", form.get("told_at", ""))})
    await service.record(session, case.id, owed_id, command, version=None, principal=me, now=now)
    return go(request, f"/cases/{case.number}#tellings")
