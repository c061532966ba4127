from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.policies import AddParameter, ParameterList, ParameterView
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.paging import cut
from casebackend.policies import service

bp = Blueprint("security", url_prefix="/security-parameters")


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    shown, following = cut(request, await service.all_rows(session), lambda row: row.id)
    items = [ParameterView.model_validate(row) for row in shown]
    return json(ParameterList(items=items, next=following).model_dump(mode="json"))


@bp.post("/")
@transactional
@idempotent
async def add(request: Request, session: AsyncSession) -> HTTPResponse:
    command = AddParameter.model_validate_json(request.body)
    by, now = request.ctx.principal.actor, request.app.ctx.now()
    made = await service.add(session, command, roles=request.app.ctx.matrix.roles, by=by, now=now)
    return json(ParameterView.model_validate(made).model_dump(mode="json"), status=201)
