from datetime import date, time, timedelta
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import ForMessage, HandoffRequest, Waiting, WaitingPage
from casebackend.api.dangers import Judgement, JudgementPage
from casebackend.calendar.rules import at, end_of_day, local_date
from casebackend.cases.hearing import left_out, left_out_of
from casebackend.cases.queries import seen_conversations, sees_conversation
from casebackend.conversations import judgements as judging
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.queries import conversation_view
from casebackend.conversations.rules import FRONT, Channel
from casebackend.database import reading, transactional
from casebackend.handoffs import calling, queries, service
from casebackend.handoffs.rules import REASONS
from casebackend.idempotency import idempotent
from casebackend.paging import FIRST_YEAR, LAST_YEAR, BadFilter, cut, one_of

bp = Blueprint("handoffs")
USUAL_PERIOD = timedelta(days=6)


@bp.post("/conversations/<conversation_id:uuid>/handoff")
@transactional
@idempotent
async def hand_off(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = HandoffRequest.model_validate_json(request.body)
    now = request.app.ctx.now()
    view = await service.hand_off(
        session, conversation_id, reason=command.reason, now=now, message_id=command.message_id
    )
    return json(view.model_dump(mode="json"))


@bp.post("/conversations/<conversation_id:uuid>/callback")
@transactional
@idempotent
async def callback(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    outcome = await calling.answer(session, conversation_id, command.message_id, now=request.app.ctx.now())
    return json(outcome.model_dump(mode="json"))


@bp.get("/handoffs")
@reading
async def waiting(request: Request, session: AsyncSession) -> HTTPResponse:
    found, following = cut(request, await queries.waiting(session, request.ctx.principal), lambda row: row.id)
    items = [
        Waiting(
            conversation_id=row.id,
            channel=Channel(row.channel),
            reason=row.handoff_reason,
            reason_label=REASONS.get(row.handoff_reason or ""),
            first=row.handoff_reason in FRONT,
            callback_by=row.callback_by,
            wanted_from=row.wanted_from,
            wanted_until=row.wanted_until,
            queued_at=row.queued_at,
        )
        for row in found
    ]
    return json(WaitingPage(items=items, next=following).model_dump(mode="json"))


def _page(request: Request, found: list[Judgement]) -> HTTPResponse:
    shown, following = cut(request, found, lambda each: f"{each.conversation_id}:{each.seq}")
    return json(JudgementPage(items=shown, next=following).model_dump(mode="json"))


@bp.get("/handoffs/<conversation_id:uuid>/judgements")
@reading
async def judgements(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    await conversation_view(session, conversation_id)
    if not await sees_conversation(session, request.ctx.principal, conversation_id):
        raise ConversationNotFound
    hidden = await left_out(session, request.ctx.principal, conversation_id)
    return _page(request, await judging.of_conversation(session, conversation_id, left_out=hidden))


@bp.get("/judgements")
@reading
async def judged(request: Request, session: AsyncSession) -> HTTPResponse:
    """Of the last week where nothing is asked; `to` is the last day. Within the scope of who looks."""
    today = local_date(request.app.ctx.now())
    last = one_of(date.fromisoformat, request, "to") or today
    first = one_of(date.fromisoformat, request, "from") or last - USUAL_PERIOD
    called = one_of({"yes": True, "no": False}.__getitem__, request, "called") or False
    if first > last or not FIRST_YEAR < first.year <= last.year < LAST_YEAR:
        raise BadFilter("from")
    found = await judging.between(session, at(first, time()), end_of_day(last), called=called)
    seen = await seen_conversations(session, request.ctx.principal, {each.conversation_id for each in found})
    hidden = await left_out_of(session, request.ctx.principal, seen)
    shown = (each for each in found if each.conversation_id in seen)
    return _page(request, [each for each in shown if each.seq not in hidden.get(each.conversation_id, ())])


@bp.post("/handoffs/<conversation_id:uuid>/take")
@transactional
async def take(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    await service.take(session, conversation_id, by=request.ctx.principal, now=request.app.ctx.now())
    return await _shown(request, session, conversation_id)


@bp.post("/handoffs/<conversation_id:uuid>/return")
@transactional
async def give_back(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    await service.give_back(session, conversation_id, by=request.ctx.principal, now=request.app.ctx.now())
    return await _shown(request, session, conversation_id)


async def _shown(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    hidden = await left_out(session, request.ctx.principal, conversation_id)
    view = await conversation_view(session, conversation_id, left_out=hidden, to_staff=True)
    return json(view.model_dump(mode="json"))
