"""The live conversation: on a page of its own, and as the middle pane of a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.assist import learning, picking, uses
from casebackend.assist import service as assist
from casebackend.assist.speaking import PromiseOrAdmission, held_back, require_external, require_sayable
from casebackend.assist.warming import warmed
from casebackend.cases import hearing, views
from casebackend.cases import queries as cases
from casebackend.cases.outgoing import InternalText
from casebackend.console import labels
from casebackend.console.rendering import console, form_of, go, is_partial, page
from casebackend.console.rights import may
from casebackend.console.suggestions import cards_page, case_of
from casebackend.conversations import queries
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Conversation, Delivery, Message
from casebackend.conversations.rules import CARRIED_BY_US, FRONT, Author, Owner
from casebackend.customers import codes
from casebackend.customers import service as customers
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest
from casebackend.handoffs import calling
from casebackend.handoffs import queries as handoffs
from casebackend.handoffs import service as handoff_service
from casebackend.handoffs.rules import INTAKE, MAY_TAKE_FROM_OTHERS, REASONS
from casebackend.identity import queries as identity
from casebackend.identity.rules import LEVEL_LABELS
from casebackend.paging import one_of
from casebackend.replies import uses as replies

bp = console("talks")
AT = "/console/conversations/<conversation_id:uuid>"
SHOWN = 300
STATES = 10


@dataclass(frozen=True, slots=True)
class TalkRow:
    id: UUID
    channel: str
    reason: str
    first: bool
    callback_by: datetime | None
    wanted: str | None
    queued_at: datetime | None
    last_in_at: datetime | None
    words: str


async def talk_rows(session: AsyncSession, found: Sequence[Conversation], principal: Principal) -> list[TalkRow]:
    hidden = await hearing.left_out_of(session, principal, [row.id for row in found])
    newest = await handoffs.last_customer_words(session, [row.id for row in found])
    last = {id: said for id, said in newest.items() if said.seq not in hidden.get(id, ())}
    masks = await customers.masks(session, [row.id for row in found])
    words = {id: codes.pickup_hidden(customers.rendered(said.text, masks.get(id, {}))) for id, said in last.items()}
    return [
        TalkRow(
            id=row.id,
            channel=row.channel,
            reason=REASONS.get(row.handoff_reason or "", row.handoff_reason or ""),
            first=row.handoff_reason in FRONT,
            callback_by=row.callback_by,
            wanted=calling.shown(row),
            queued_at=row.queued_at,
            last_in_at=row.last_in_at,
            words=words.get(row.id, ""),
        )
        for row in found
    ]


async def visible(session: AsyncSession, principal: Principal, conversation_id: UUID) -> Conversation:
    row = await session.get(Conversation, conversation_id)
    if row is None or not await cases.sees_conversation(session, principal, conversation_id):
        raise ConversationNotFound
    return row


async def talk_values(
    session: AsyncSession, conversation: Conversation, principal: Principal, *, read: int | None = None
) -> dict[str, Any]:
    """What the pane needs, wherever it stands. `read`: the words up to there have been shown, and are not read again
    but to count what was not answered, for whoever may leave the talk with it."""
    mine = conversation.owner == Owner.PERSON and conversation.owner_user_id == principal.user_id
    leads = bool(principal.roles & MAY_TAKE_FROM_OTHERS)
    may_return = mine or (leads and conversation.owner == Owner.PERSON)
    since = max(0, conversation.last_seq - SHOWN) if read is None else read
    answered = None if read is None else await queries.last_answer(session, conversation.id)
    back = since
    if answered is not None and may_return:
        back = min(since, max(conversation.last_seq - SHOWN, answered, 0))
    hidden = await hearing.left_out(session, principal, conversation.id, after=back)
    messages = await queries.messages_after(session, conversation.id, since, left_out=hidden, to_staff=True)
    if answered is None:
        answered = max((each.seq for each in messages if each.author in queries.ANSWERING), default=0)
        asked = [each.seq for each in messages if each.author == Author.CUSTOMER]
    else:
        asked = [seq for seq in await queries.asked_after(session, conversation.id, back) if seq not in hidden]
    may_take = conversation.channel in CARRIED_BY_US and bool(principal.roles & (MAY_TAKE_FROM_OTHERS | {INTAKE}))
    return {
        "conversation": conversation,
        "messages": messages,
        "left_out": sum(seq > since for seq in hidden),
        "deliveries": await _deliveries(session, conversation.id),
        "unanswered": sum(seq > answered for seq in asked),
        "seen": max(asked, default=0),
        "mine": mine,
        "carried": conversation.channel in CARRIED_BY_US,
        "may_take": may_take and not mine and (conversation.owner != Owner.PERSON or leads),
        "may_return": may_return,
        "labels": labels,
    }


async def _deliveries(session: AsyncSession, conversation_id: UUID) -> dict[UUID, str]:
    rows = await session.execute(
        select(Message.id, Delivery.state)
        .join(Delivery, Delivery.id == Message.delivery_id)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.seq.desc())
        .limit(SHOWN)
    )
    return {id: state for id, state in rows}


@bp.get("/conversations/<conversation_id:uuid>")
@reading
async def show(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    conversation = await visible(session, request.ctx.principal, conversation_id)
    scope = await scope_of(session, request.ctx.principal)
    found = [
        case
        for case in await cases.of_conversation(session, conversation_id)
        if scope.allows(case.unit_id, case.handling_unit_id)
    ]
    return page(
        request,
        "talk.html",
        **await talk_values(session, conversation, request.ctx.principal),
        cases=await views.of_cases(session, found, now=request.app.ctx.now()),
        reason=REASONS.get(conversation.handoff_reason or "", ""),
        first=conversation.handoff_reason in FRONT,
        callback_by=conversation.callback_by,
        wanted=calling.shown(conversation),
        shown=await identity.shown(session, conversation_id, now=request.app.ctx.now()),
        levels=LEVEL_LABELS,
        holds=may(request, f"/conversations/{conversation_id}/holds"),
        history=may(request, f"/conversations/{conversation_id}/history"),
        canned=may(request, f"/console/conversations/{conversation_id}/replies"),
    )


@bp.get(f"{AT}/messages")
@reading
async def messages(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    """What came after the cursor, and the states of what was sent before."""
    conversation = await visible(session, request.ctx.principal, conversation_id)
    given = str(request.args.get("after") or "0")
    if not given.isdecimal() or len(given) > 9:
        raise BadRequest("游标不正确")
    values = await talk_values(session, conversation, request.ctx.principal, read=int(given))
    new = {message.id for message in values["messages"]}
    states = {id: state for id, state in values["deliveries"].items() if id not in new}
    newest = dict(list(states.items())[:STATES])
    return page(request, "_messages.html", **values | {"states": newest})


@bp.get(f"{AT}/owner")
@reading
async def owner(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    conversation = await visible(session, request.ctx.principal, conversation_id)
    values = await talk_values(session, conversation, request.ctx.principal, read=conversation.last_seq)
    return page(request, "_owner.html", **values)


@bp.get(f"{AT}/suggestions")
@warmed
@transactional
async def suggestions(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    me, context = request.ctx.principal, request.app.ctx
    await visible(session, me, conversation_id)
    case = await case_of(request, session, conversation_id)
    found = await assist.for_conversation(
        session, context.knowledge, conversation_id, viewer=me, now=context.now(), case=case
    )
    entry = one_of(UUID, request, "entry")
    if case is not None and entry is not None:
        found = await picking.first(session, found, entry, case, by=me, now=context.now())
    return cards_page(request, found, conversation_id, case=case)


@bp.post("/console/suggestions/<use_id:uuid>/inserted")
@transactional
async def inserted(request: Request, session: AsyncSession, use_id: UUID) -> HTTPResponse:
    await uses.mark_inserted(session, use_id, by=request.ctx.principal, now=request.app.ctx.now())
    return HTTPResponse(status=204)


@bp.post(f"{AT}/take")
@transactional
async def take(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    await visible(session, request.ctx.principal, conversation_id)
    await handoff_service.take(session, conversation_id, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, _back(request, conversation_id))


@bp.post(f"{AT}/return")
@transactional
async def give_back(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    await visible(session, request.ctx.principal, conversation_id)
    await handoff_service.give_back(session, conversation_id, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, _back(request, conversation_id))


def _back(request: Request, conversation_id: UUID) -> str:
    number = form_of(request).get("case", "")
    return f"/cases/{number}" if number.isalnum() else f"/conversations/{conversation_id}"


@bp.post(f"{AT}/say")
async def say(request: Request, conversation_id: UUID) -> HTTPResponse:
    """What sounds like a promise comes back once with the question whether it is meant; the text stays in its box."""
    try:
        return await _said(request, conversation_id)
    except InternalText as asked:
        await _held_back(request, conversation_id, asked)
        if is_partial(request):
            return page(
                request, "_promise.html", status=asked.status, error=asked, confirmed="internal", form=form_of(request)
            )
        raise
    except PromiseOrAdmission as asked:
        if is_partial(request):
            return page(
                request, "_promise.html", status=asked.status, error=asked, confirmed="confirmed", form=form_of(request)
            )
        raise


@transactional
async def _held_back(
    request: Request, session: AsyncSession, conversation_id: UUID, error: InternalText
) -> HTTPResponse:
    await held_back(session, conversation_id, error, by=request.ctx.principal, now=request.app.ctx.now())
    return HTTPResponse(status=204)


@transactional
async def _said(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    me, now, form = request.ctx.principal, request.app.ctx.now(), form_of(request)
    await visible(session, me, conversation_id)
    seen = form.get("seen", "")
    text = form.get("text", "").replace("\r\n", "\n")
    await require_sayable(session, conversation_id, text, confirmed="confirmed" in form, by=me, now=now)
    await require_external(session, conversation_id, text, confirmed="internal" in form, by=me, now=now)
    said = await handoff_service.speak(
        session, conversation_id, text, by=me, seen=int(seen) if seen.isdecimal() else None, now=now
    )
    used = [UUID(part) for part in form.get("used", "").split(",") if _is_uuid(part)]
    sent = await uses.mark_sent(session, used, said, text, by=me, now=now)
    await replies.mark_sent(session, used, said, text, by=me, now=now)
    await learning.propose(session, sent, now=now)
    if "hx-request" in request.headers:
        return HTTPResponse(status=200, headers={"HX-Trigger": "said"}, content_type="text/html; charset=utf-8")
    return go(request, _back(request, conversation_id))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
