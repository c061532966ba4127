"""Who the customer is; what is known of him then stands in the draft that is open."""

from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import ForMessage
from casebackend.api.identity import BeginIdentity
from casebackend.database import transactional
from casebackend.drafts.beginning import known_now
from casebackend.idempotency import idempotent
from casebackend.identity import papers, service
from casebackend.identity.rules import Action

# After these the phone, or more, is proved.
PROVED = frozenset({"done", "paper", "paper_locked"})

bp = Blueprint("identity", url_prefix="/conversations")


@bp.post("/<conversation_id:uuid>/identity")
@transactional
@idempotent
async def begin(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = BeginIdentity.model_validate_json(request.body)
    step = await service.begin(
        session,
        conversation_id,
        command.message_id,
        Action(command.action),
        now=request.app.ctx.now(),
        here=command.here,
    )
    return json(step.model_dump(mode="json"))


@bp.post("/<conversation_id:uuid>/identity/answer")
@transactional
@idempotent
async def answer(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    now = request.app.ctx.now()
    step = await service.answer(session, conversation_id, command.message_id, now=now)
    if step.next in PROVED:
        await known_now(session, conversation_id, command.message_id, now)
    return json(step.model_dump(mode="json"))


@bp.post("/<conversation_id:uuid>/identity/confirm")
async def confirm(request: Request, conversation_id: UUID) -> HTTPResponse:
    """No transaction is open while core banking is asked, and no key is needed: a message is answered once."""
    command = ForMessage.model_validate_json(request.body)
    ctx = request.app.ctx
    now = ctx.now()
    step = await papers.confirm(ctx.database, ctx.core_bank, conversation_id, command.message_id, now=now)
    if step.next in PROVED:
        async with ctx.database.transaction() as session:
            await known_now(session, conversation_id, command.message_id, now)
    return json(step.model_dump(mode="json"))
