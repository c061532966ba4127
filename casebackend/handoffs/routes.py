from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import HandoffRequest, Waiting, WaitingPage
from casebackend.conversations.queries import conversation_view
from casebackend.conversations.rules import Channel
from casebackend.database import reading, transactional
from casebackend.handoffs import queries, service
from casebackend.idempotency import idempotent
from casebackend.paging import cut

bp = Blueprint("handoffs")


@bp.post("/conversations/<conversation_id:uuid>/handoff")
@transactional
@idempotent
async def hand_off(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = HandoffRequest.model_validate_json(request.body)
    now = request.app.ctx.now()
    view = await service.hand_off(session, conversation_id, reason=command.reason, now=now)
    return json(view.model_dump(mode="json"))


@bp.get("/handoffs")
@reading
async def waiting(request: Request, session: AsyncSession) -> HTTPResponse:
    found, following = cut(request, await queries.waiting(session, request.ctx.principal), lambda row: row.id)
    items = [
        Waiting(
            conversation_id=row.id, channel=Channel(row.channel), reason=row.handoff_reason, queued_at=row.queued_at
        )
        for row in found
    ]
    return json(WaitingPage(items=items, next=following).model_dump(mode="json"))


@bp.post("/handoffs/<conversation_id:uuid>/take")
@transactional
async def take(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    await service.take(session, conversation_id, by=request.ctx.principal, now=request.app.ctx.now())
    return json((await conversation_view(session, conversation_id)).model_dump(mode="json"))


@bp.post("/handoffs/<conversation_id:uuid>/return")
@transactional
async def give_back(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    await service.give_back(session, conversation_id, by=request.ctx.principal, now=request.app.ctx.now())
    return json((await conversation_view(session, conversation_id)).model_dump(mode="json"))
