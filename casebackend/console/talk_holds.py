"""Legal holds beside a conversation, whether or not a case came of it."""

from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.retention import HoldReason
from casebackend.console.rendering import console, form_of, given_in, go, page
from casebackend.database import reading, transactional
from casebackend.retention import holding

bp = console("talk_holds")
AT = "/conversations/<conversation_id:uuid>/holds"


@bp.get(AT)
@reading
async def section_of(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    await holding.require_seen(session, request.ctx.principal, conversation_id)
    holds = await holding.views(session, await holding.holds_of(session, conversation_id))
    return page(request, "talk_holds.html", at=f"/conversations/{conversation_id}", holds=holds)


@bp.post(AT)
@transactional
async def set_hold(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    me, command = request.ctx.principal, HoldReason.model_validate(given_in(form_of(request), "reason"))
    await holding.require_seen(session, me, conversation_id)
    await holding.set_hold(session, conversation_id, command.reason, by=me, now=request.app.ctx.now())
    return go(request, f"/conversations/{conversation_id}/holds")


@bp.post("/talk-holds/<talk_hold_id:uuid>/lift")
@transactional
async def lift_hold(request: Request, session: AsyncSession, talk_hold_id: UUID) -> HTTPResponse:
    me, command = request.ctx.principal, HoldReason.model_validate(given_in(form_of(request), "reason"))
    found = await holding.lift_hold(session, talk_hold_id, command.reason, by=me, now=request.app.ctx.now())
    return go(request, f"/conversations/{found.conversation_id}/holds")
