from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import ForMessage
from casebackend.database import transactional
from casebackend.idempotency import idempotent
from casebackend.requests import likeness, supplements

own_bp = Blueprint("own_requests", url_prefix="/conversations")


@own_bp.post("/<conversation_id:uuid>/supplement")
@transactional
@idempotent
async def supplement(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    """What the customer adds to an own open complaint."""
    command = ForMessage.model_validate_json(request.body)
    answer = await supplements.supplement(session, conversation_id, command.message_id, now=request.app.ctx.now())
    return json(answer.model_dump(mode="json"))


@own_bp.post("/<conversation_id:uuid>/likeness")
@transactional
@idempotent
async def look(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    """Own complaints that the complete draft looks like."""
    ForMessage.model_validate_json(request.body)
    answer = await likeness.look(session, conversation_id, now=request.app.ctx.now())
    return json(answer.model_dump(mode="json"))


@own_bp.post("/<conversation_id:uuid>/likeness/choice")
@transactional
@idempotent
async def choose(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    answer = await likeness.choose(session, conversation_id, command.message_id, now=request.app.ctx.now())
    return json(answer.model_dump(mode="json"))
