from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, empty, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import ForMessage
from casebackend.api.pickups import AddToVisit, AnswerVisit, AskPickup, BeginVisit, ConfirmStep, ConfirmVisit
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.identity import core
from casebackend.identity.rules import Action
from casebackend.pickups import acting, contacting, issuing, showing, visiting
from casebackend.pickups.errors import LevelTooLow

own_bp = Blueprint("own_pickups", url_prefix="/conversations")
bp = Blueprint("visits", url_prefix="/visits")


@own_bp.post("/<conversation_id:uuid>/pickup-code")
@transactional
async def issue(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    """No stored answer: the code is kept nowhere. The same message is answered the same."""
    command = AskPickup.model_validate_json(request.body)
    now = request.app.ctx.now()
    issued = await issuing.issue(session, conversation_id, command.message_id, command.number, now=now)
    return json(issued.model_dump(mode="json"))


@own_bp.post("/<conversation_id:uuid>/details")
@transactional
@idempotent
async def details(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    told = await showing.details(session, conversation_id, command.message_id, now=request.app.ctx.now())
    return json(told.model_dump(mode="json"))


@own_bp.post("/<conversation_id:uuid>/contact")
@transactional
@idempotent
async def contact(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    told = await contacting.change(session, conversation_id, command.message_id, now=request.app.ctx.now())
    return json(told.model_dump(mode="json"))


@bp.post("/")
@transactional
async def begin(request: Request, session: AsyncSession) -> HTTPResponse:
    command = BeginVisit.model_validate_json(request.body)
    begun = await visiting.begin(session, command.pickup_code, now=request.app.ctx.now())
    return json(begun.model_dump(mode="json"), status=201)


@bp.post("/<visit_id:uuid>/code")
@transactional
async def answer(request: Request, session: AsyncSession, visit_id: UUID) -> HTTPResponse:
    command = AnswerVisit.model_validate_json(request.body)
    step = await visiting.answer(session, visit_id, command.code, now=request.app.ctx.now())
    return json(step.model_dump(mode="json"))


@bp.get("/<visit_id:uuid>")
@reading
async def view(request: Request, session: AsyncSession, visit_id: UUID) -> HTTPResponse:
    return json((await acting.view(session, visit_id, now=request.app.ctx.now())).model_dump(mode="json"))


@bp.post("/<visit_id:uuid>/confirm")
async def confirm(request: Request, visit_id: UUID) -> HTTPResponse:
    """No transaction is open while core banking is asked."""
    command = ConfirmVisit.model_validate_json(request.body)
    ctx, now = request.app.ctx, request.app.ctx.now()
    async with ctx.database.reading() as session:
        visit, _, _ = await acting.opened(session, visit_id, Action.PROGRESS, now=now)
    if visit.customer_id is None:
        raise LevelTooLow
    told = await core.confirm(
        ctx.database, ctx.core_bank, visit_id, visit.customer_id, command.name, command.id_number, now=now
    )
    step = ConfirmStep.model_validate({"next": told.next, "left": told.left, "until": told.until})
    return json(step.model_dump(mode="json"))


@bp.post("/<visit_id:uuid>/urge")
@transactional
@idempotent
async def urge(request: Request, session: AsyncSession, visit_id: UUID) -> HTTPResponse:
    done = await acting.urge(session, visit_id, now=request.app.ctx.now())
    return json(done.model_dump(mode="json"))


@bp.post("/<visit_id:uuid>/supplement")
@transactional
@idempotent
async def supplement(request: Request, session: AsyncSession, visit_id: UUID) -> HTTPResponse:
    command = AddToVisit.model_validate_json(request.body)
    done = await acting.supplement(session, visit_id, command.text, now=request.app.ctx.now())
    return json(done.model_dump(mode="json"))


@bp.post("/<visit_id:uuid>/withdraw")
@transactional
@idempotent
async def withdraw(request: Request, session: AsyncSession, visit_id: UUID) -> HTTPResponse:
    done = await acting.withdraw(session, visit_id, now=request.app.ctx.now())
    return json(done.model_dump(mode="json"))


@bp.post("/<visit_id:uuid>/end")
@transactional
async def end(request: Request, session: AsyncSession, visit_id: UUID) -> HTTPResponse:
    await visiting.end(session, visit_id, now=request.app.ctx.now())
    return empty()
