import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, empty, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import (
    ClaimDelivery,
    ClaimTurn,
    DeliveryDone,
    Inbound,
    OpenConversation,
    TakeOverTurn,
    TurnDone,
    TurnFailed,
)
from casebackend.conversations import deliveries, inbox, opening, queries, turns
from casebackend.database import Database, reading, shielded, transactional
from casebackend.failpoints import failpoint
from casebackend.paging import count, one_of

bp = Blueprint("conversations")
LONGEST_LOOK = 1.0


@bp.post("/inbox")
async def receive(request: Request) -> HTTPResponse:
    message = Inbound.model_validate_json(request.body)
    answer = await _stored(request, message)
    await failpoint("inbox.after_commit_before_ack")
    return answer


async def _stored(request: Request, message: Inbound) -> HTTPResponse:
    @transactional
    async def store(request: Request, session: AsyncSession) -> HTTPResponse:
        bank = request.app.ctx.settings.bank_name
        receipt = await inbox.receive(session, message, bank=bank, now=request.app.ctx.now())
        return json(receipt.model_dump(mode="json"), status=200 if receipt.duplicate else 201)

    return await store(request)


@bp.post("/conversations")
@transactional
async def open_conversation(request: Request, session: AsyncSession) -> HTTPResponse:
    command = OpenConversation.model_validate_json(request.body)
    now = request.app.ctx.now()
    conversation, shown = await opening.open_or_resume(
        session, channel=command.channel, sender=command.sender, bank=request.app.ctx.settings.bank_name, now=now
    )
    view = await queries.conversation_view(session, conversation.id)
    if shown is not None:
        view.shown = await queries.carried_by(session, shown)
    return json(view.model_dump(mode="json"))


@bp.get("/conversations/<conversation_id:uuid>")
@reading
async def conversation(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    after = one_of(count, request, "after") or 0
    view = await queries.conversation_view(session, conversation_id, after=after)
    return json(view.model_dump(mode="json"))


async def _polled[T](
    request: Request,
    topic: str,
    seconds: float,
    look: Callable[[], Awaitable[object]],
    claim: Callable[[AsyncSession], Awaitable[T]],
) -> T | None:
    """Looks without disturbing writers, claims in a transaction of its own, waits outside of both.

    Each look runs to its end even if the caller hangs up, and a caller who has hung up claims nothing.
    """
    database: Database = request.app.ctx.database
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds

    async def attempt() -> T | None:
        if await look() is None or _hung_up(request):
            return None
        async with database.transaction() as session:
            return await claim(session)

    while True:
        found = await shielded(attempt())
        if found:
            return found
        left = end - loop.time()
        if left <= 0:
            return None
        await database.signals.wait(topic, min(LONGEST_LOOK, left))


def _hung_up(request: Request) -> bool:
    """Under ASGI there is no transport that could tell."""
    try:
        return bool(request.transport.is_closing())
    except (AttributeError, NotImplementedError):
        return False


@bp.post("/turns/claim")
async def claim_turn(request: Request) -> HTTPResponse:
    command = ClaimTurn.model_validate_json(request.body)
    clock, database = request.app.ctx.now, request.app.ctx.database
    turn = await _polled(
        request,
        "turns",
        command.wait_seconds,
        lambda: database.look(turns.anything_to_claim(), now=clock()),
        lambda session: turns.claim(session, command, now=clock()),
    )
    if turn is None:
        return empty()
    await failpoint("turn.claimed")
    return json(turn.model_dump(mode="json"))


@bp.post("/turns/<turn_id:uuid>/takeover")
@transactional
async def take_over_turn(request: Request, session: AsyncSession, turn_id: UUID) -> HTTPResponse:
    command = TakeOverTurn.model_validate_json(request.body)
    turn = await turns.take_over(session, turn_id, command, now=request.app.ctx.now())
    return json(turn.model_dump(mode="json"))


@bp.post("/turns/<turn_id:uuid>/done")
@transactional
async def finish_turn(request: Request, session: AsyncSession, turn_id: UUID) -> HTTPResponse:
    command = TurnDone.model_validate_json(request.body)
    result = await turns.done(session, turn_id, command, now=request.app.ctx.now())
    return json(result.model_dump(mode="json"))


@bp.post("/turns/<turn_id:uuid>/failed")
@transactional
async def fail_turn(request: Request, session: AsyncSession, turn_id: UUID) -> HTTPResponse:
    command = TurnFailed.model_validate_json(request.body)
    await turns.failed(session, turn_id, command)
    return empty()


@bp.post("/deliveries/claim")
async def claim_deliveries(request: Request) -> HTTPResponse:
    command = ClaimDelivery.model_validate_json(request.body)
    clock, database = request.app.ctx.now, request.app.ctx.database
    found = await _polled(
        request,
        "deliveries",
        command.wait_seconds,
        lambda: database.look(deliveries.anything_to_claim(), now=clock(), channels=command.channels),
        lambda session: deliveries.claim(session, command, now=clock()),
    )
    if not found:
        return empty()
    await failpoint("delivery.claimed")
    return json([delivery.model_dump(mode="json") for delivery in found])


@bp.post("/deliveries/<delivery_id:uuid>/done")
@transactional
async def finish_delivery(request: Request, session: AsyncSession, delivery_id: UUID) -> HTTPResponse:
    command = DeliveryDone.model_validate_json(request.body)
    await deliveries.done(session, delivery_id, command, now=request.app.ctx.now())
    return empty()
