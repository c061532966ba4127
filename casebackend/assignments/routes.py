from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.assignments import Assign
from casebackend.assignments import service, views
from casebackend.cases.service import hold, visible
from casebackend.database import reading, transactional

bp = Blueprint("assignments", url_prefix="/cases")


@bp.get("/<reference:str>/candidates")
@reading
async def candidates(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """Who could take the case now, in which order and why; and why others of the unit could not."""
    case = await visible(session, request.ctx.principal, reference)
    answer = await views.candidates(session, case, now=request.app.ctx.now())
    return preconditions.tagged(json(answer.model_dump(mode="json")), case.version)


@bp.post("/<reference:str>/assignment")
@transactional
@preconditions.conditional
async def assign(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    sent = preconditions.wanted(request)
    command = Assign.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await hold(session, (await visible(session, me, reference)).id)
    preconditions.require(sent, case.version)
    case = await service.give(session, case.id, command.user_id, command.reason, principal=me, now=now)
    answer = await views.candidates(session, case, now=now)
    return preconditions.tagged(json(answer.model_dump(mode="json")), case.version)
