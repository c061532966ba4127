from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import ForMessage
from casebackend.api.surveys import RecordSurvey
from casebackend.cases.service import visible
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.revisits import asking, queries, service

bp = Blueprint("revisits", url_prefix="/conversations")
of_cases = Blueprint("surveys", url_prefix="/cases")


@bp.post("/<conversation_id:uuid>/survey")
@transactional
@idempotent
async def answer(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    outcome = await service.answer(session, conversation_id, command.message_id, now=request.app.ctx.now())
    return json(outcome.model_dump(mode="json"))


@of_cases.get("/<reference:str>/surveys")
@reading
async def of_case(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    return json((await queries.of_case(session, case, me, now=now)).model_dump(mode="json"))


@of_cases.post("/<reference:str>/surveys")
@transactional
@idempotent
async def record(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = RecordSurvey.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    await asking.record(session, case, command, by=me, now=now)
    return json((await queries.of_case(session, case, me, now=now)).model_dump(mode="json"), status=201)
