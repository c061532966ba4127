from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import ForMessage
from casebackend.database import transactional
from casebackend.idempotency import idempotent
from casebackend.revisits import service

bp = Blueprint("revisits", url_prefix="/conversations")


@bp.post("/<conversation_id:uuid>/survey")
@transactional
@idempotent
async def answer(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    outcome = await service.answer(session, conversation_id, command.message_id, now=request.app.ctx.now())
    return json(outcome.model_dump(mode="json"))
