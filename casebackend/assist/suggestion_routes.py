from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, empty, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.assist import AskAssistant, Judge
from casebackend.assist import briefs, flagging, service, uses
from casebackend.assist.warming import warmed
from casebackend.cases.queries import sees_conversation
from casebackend.conversations.errors import ConversationNotFound
from casebackend.database import reading, transactional

bp = Blueprint("suggestions")


@bp.post("/suggestions/<use_id:uuid>/opened")
@transactional
async def opened(request: Request, session: AsyncSession, use_id: UUID) -> HTTPResponse:
    await uses.mark_opened(session, use_id, by=request.ctx.principal, now=request.app.ctx.now())
    return empty()


@bp.post("/suggestions/<use_id:uuid>/copied")
@transactional
async def copied(request: Request, session: AsyncSession, use_id: UUID) -> HTTPResponse:
    await uses.mark_copied(session, use_id, by=request.ctx.principal, now=request.app.ctx.now())
    return empty()


@bp.post("/suggestions/<use_id:uuid>/refused")
@transactional
async def refused(request: Request, session: AsyncSession, use_id: UUID) -> HTTPResponse:
    command = Judge.model_validate_json(request.body)
    await uses.mark_refused(session, use_id, command.reason, by=request.ctx.principal, now=request.app.ctx.now())
    return empty()


@bp.post("/suggestions/<use_id:uuid>/flagged")
@transactional
async def flagged(request: Request, session: AsyncSession, use_id: UUID) -> HTTPResponse:
    """Also files the request for a change with the curators, once."""
    command = Judge.model_validate_json(request.body)
    await flagging.flag(session, use_id, command.reason, by=request.ctx.principal, now=request.app.ctx.now())
    return empty()


@bp.post("/conversations/<conversation_id:uuid>/questions")
@warmed
@transactional
async def asked(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    """Answered by published entries alone; no cards: nothing answers it."""
    me, context = request.ctx.principal, request.app.ctx
    command = AskAssistant.model_validate_json(request.body)
    if not await sees_conversation(session, me, conversation_id):
        raise ConversationNotFound
    found = await service.asked(
        session, context.knowledge, conversation_id, command.question, viewer=me, now=context.now()
    )
    return json(found.model_dump(mode="json"))


@bp.get("/conversations/<conversation_id:uuid>/brief")
@reading
async def brief(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    me = request.ctx.principal
    if not await sees_conversation(session, me, conversation_id):
        raise ConversationNotFound
    found = await briefs.brief(session, conversation_id, viewer=me, now=request.app.ctx.now())
    return json(found.model_dump(mode="json"))
