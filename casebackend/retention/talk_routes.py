"""Legal holds on conversations: for those who may set them, on every conversation that they may see."""

from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.retention import HoldReason, TalkHoldPage
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.paging import cut
from casebackend.retention import holding
from casebackend.retention.model import TalkHold

bp = Blueprint("talk_holds")
AT = "/conversations/<conversation_id:uuid>/holds"


async def _view(session: AsyncSession, found: TalkHold, status: int = 200) -> HTTPResponse:
    [shown] = await holding.views(session, [found])
    return json(shown.model_dump(mode="json"), status=status)


@bp.get(AT)
@reading
async def listing(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    await holding.require_seen(session, request.ctx.principal, conversation_id)
    shown, following = cut(request, await holding.holds_of(session, conversation_id), lambda each: each.id)
    answer = TalkHoldPage(items=await holding.views(session, shown), next=following)
    return json(answer.model_dump(mode="json"))


@bp.post(AT)
@transactional
@idempotent
async def set_hold(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command, me = HoldReason.model_validate_json(request.body), request.ctx.principal
    await holding.require_seen(session, me, conversation_id)
    now = request.app.ctx.now()
    return await _view(
        session, await holding.set_hold(session, conversation_id, command.reason, by=me, now=now), status=201
    )


@bp.post("/talk-holds/<talk_hold_id:uuid>/lift")
@transactional
async def lift_hold(request: Request, session: AsyncSession, talk_hold_id: UUID) -> HTTPResponse:
    command, me = HoldReason.model_validate_json(request.body), request.ctx.principal
    now = request.app.ctx.now()
    return await _view(session, await holding.lift_hold(session, talk_hold_id, command.reason, by=me, now=now))
