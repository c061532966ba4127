from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, empty, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import ForMessage
from casebackend.api.drafts import AbsorbMessage, Transcript
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Conversation
from casebackend.database import reading, transactional
from casebackend.drafts import absorbing, queries, returning, service, transcripts
from casebackend.drafts.values import Meant
from casebackend.idempotency import idempotent

bp = Blueprint("drafts")


@bp.get("/conversations/<conversation_id:uuid>/draft")
@reading
async def draft(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        raise ConversationNotFound
    found = await queries.open_draft(session, conversation_id)
    if found is None:
        return empty()
    view = await queries.view(session, found, spoke_at=conversation.last_in_at)
    return json(view.model_dump(mode="json"))


@bp.post("/conversations/<conversation_id:uuid>/standing")
@reading
async def standing(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    view = await returning.standing(session, conversation_id, command.message_id, now=request.app.ctx.now())
    return json(view.model_dump(mode="json"))


@bp.post("/conversations/<conversation_id:uuid>/draft/absorb")
@transactional
@idempotent
async def absorb(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = AbsorbMessage.model_validate_json(request.body)
    meant = Meant(command.meant) if command.meant is not None else None
    now, matter = request.app.ctx.now(), command.matter
    absorbed = await absorbing.absorb(session, conversation_id, command.message_id, now=now, matter=matter, meant=meant)
    return json(absorbed.model_dump(mode="json"))


@bp.post("/conversations/<conversation_id:uuid>/draft/cancel")
@transactional
@idempotent
async def cancel(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    ForMessage.model_validate_json(request.body)
    await service.cancel(session, conversation_id, now=request.app.ctx.now())
    return empty()


@bp.post("/transcripts")
@transactional
async def submit_transcript(request: Request, session: AsyncSession) -> HTTPResponse:
    transcript = Transcript.model_validate_json(request.body)
    view = await transcripts.submit(session, transcript, now=request.app.ctx.now())
    return json(view.model_dump(mode="json"))
