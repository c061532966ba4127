from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.reminders import AddThreshold, ThresholdList, ThresholdView
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.notices import thresholds
from casebackend.paging import cut

bp = Blueprint("thresholds", url_prefix="/thresholds")


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    shown, following = cut(request, await thresholds.all_rows(session), lambda row: f"{row.code} {row.effective_from}")
    found = [ThresholdView.model_validate(row) for row in shown]
    return json(ThresholdList(items=found, next=following).model_dump(mode="json"))


@bp.post("/")
@transactional
@idempotent
async def add(request: Request, session: AsyncSession) -> HTTPResponse:
    command = AddThreshold.model_validate_json(request.body)
    made = await thresholds.add(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return json(ThresholdView.model_validate(made).model_dump(mode="json"), status=201)
