from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.assignments import Assign
from casebackend.assignments import service, views
from casebackend.assignments.rules import ASSIGNERS
from casebackend.cases.rules import Status
from casebackend.cases.service import visible
from casebackend.console.fragments import require_version, section
from casebackend.console.rendering import console, form_of, go
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest

bp = console("assignment")


@bp.get("/cases/<reference:str>/assignment")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me = request.ctx.principal
    case = await visible(session, me, reference)
    status = Status(case.status)
    return section(
        request,
        "_assignment.html",
        number=case.number,
        heading="分派",
        view=await views.candidates(session, case, now=request.app.ctx.now()),
        version=case.version,
        may_assign=bool(me.roles & ASSIGNERS) and (status is Status.DISPATCHED or status in service.IN_HAND),
    )


@bp.post("/cases/<reference:str>/assignment")
@transactional
async def assign(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await visible(session, me, reference)
    require_version(form.get("version"), case.version)
    try:
        command = Assign(user_id=UUID(form.get("user_id", "")), reason=form.get("reason", "").strip())
    except ValueError:
        raise BadRequest("请选择承办人并填写理由") from None
    given = await service.give(
        session, case.id, command.user_id, command.reason, principal=me, now=request.app.ctx.now()
    )
    return go(request, f"/cases/{given.number}#assignment")
