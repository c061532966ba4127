"""What a colleague does with a card in the pane, and what he asks the assistant."""

from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.assist import AskAssistant, Judge, Suggestions
from casebackend.assist import briefs, flagging, picking, service, uses
from casebackend.assist.picking import Picked
from casebackend.assist.rules import Origin, pieces
from casebackend.assist.warming import warmed
from casebackend.cases import queries as cases
from casebackend.cases.model import Case
from casebackend.cases.service import visible
from casebackend.console.labels import EVIDENCE
from casebackend.console.rendering import console, form_of, go, is_partial, page
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Conversation
from casebackend.curation.rules import REVIEW_NAMES
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest

bp = console("suggestions")
AT = "/console/suggestions/<use_id:uuid>"
REASONS = ("与客户的问题无关", "情况不同，不适用", "内容太长或太笼统", "已经答复过")
FAULTS = ("内容过期", "与现行规定不一致", "表述不清", "条款或出处有误")


def cards_page(
    request: Request, found: Suggestions, conversation_id: UUID, *, question: str = "", case: Case | None = None
) -> HTTPResponse:
    """`question`: what was asked, where the cards are an answer to a colleague; `case`: whose narrative was asked with
    where the customer has said nothing in a conversation."""
    return page(
        request,
        "_cards.html",
        cards=found.cards,
        asked=found.message_id is not None or bool(found.cards) or case is not None,
        question=question,
        message_id=found.message_id,
        conversation_id=conversation_id,
        pieces=pieces,
        reasons=REASONS,
        faults=FAULTS,
        reviews=REVIEW_NAMES,
        evidences=EVIDENCE,
        origin=Origin.ASKED if question else Origin.TURN,
    )


async def case_of(request: Request, session: AsyncSession, conversation_id: UUID) -> Case | None:
    """The case whose page asks, if it belongs to the conversation and the reader may see it."""
    number = str(request.args.get("case") or "")
    case = await cases.visible(session, request.ctx.principal, number) if number else None
    return case if case is not None and case.conversation_id == conversation_id else None


@bp.post(f"{AT}/opened")
@transactional
async def opened(request: Request, session: AsyncSession, use_id: UUID) -> HTTPResponse:
    await uses.mark_opened(session, use_id, by=request.ctx.principal, now=request.app.ctx.now())
    return HTTPResponse(status=204)


@bp.post(f"{AT}/copied")
@transactional
async def copied(request: Request, session: AsyncSession, use_id: UUID) -> HTTPResponse:
    await uses.mark_copied(session, use_id, by=request.ctx.principal, now=request.app.ctx.now())
    return HTTPResponse(status=204)


@bp.post("/console/cases/<reference:str>/entries/<article_id:str>")
@transactional
async def picked(request: Request, session: AsyncSession, reference: str, article_id: str) -> HTTPResponse:
    """From the page of an entry: copied for the case, or chosen for its pane, where it is put in by one key."""
    me, now, form = request.ctx.principal, request.app.ctx.now(), form_of(request)
    case = await visible(session, me, reference)
    what = Picked.COPIED if form.get("what") == Picked.COPIED else Picked.CHOSEN
    number = form.get("version", "")
    if not number.isdecimal():
        raise BadRequest("表单不完整，请刷新页面后重试")
    card = await picking.card_for(session, case, article_id, int(number), by=me, now=now)
    use = await picking.pick(session, case, card, what, by=me, now=now)
    if what is Picked.COPIED:
        return HTTPResponse(status=204)
    return go(request, f"/cases/{case.number}?entry={use.id}#assist")


@bp.post(f"{AT}/refused")
@transactional
async def refused(request: Request, session: AsyncSession, use_id: UUID) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    await uses.mark_refused(session, use_id, _reason(request), by=me, now=now)
    return await _judged(request, session, use_id, "已记录为不适用，本会话不再向您推荐该条目。")


@bp.post(f"{AT}/flagged")
@transactional
async def flagged(request: Request, session: AsyncSession, use_id: UUID) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    await flagging.flag(session, use_id, _reason(request), by=me, now=now)
    return await _judged(request, session, use_id, "已记录有误，并转信息管理核实。")


def _reason(request: Request) -> str:
    form = form_of(request)
    given = [form.get("reason", "").strip(), form.get("more", "").strip()]
    return Judge(reason="：".join(each for each in given if each)).reason


async def _judged(request: Request, session: AsyncSession, use_id: UUID, said: str) -> HTTPResponse:
    if is_partial(request):
        return page(request, "_judged.html", said=said)
    use = await uses.own(session, use_id, request.ctx.principal)
    return go(request, f"/conversations/{use.conversation_id}")


@bp.get("/console/conversations/<conversation_id:uuid>/brief")
@reading
async def brief(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    me = request.ctx.principal
    if not await cases.sees_conversation(session, me, conversation_id):
        raise ConversationNotFound
    case = await case_of(request, session, conversation_id)
    found = await briefs.brief(session, conversation_id, viewer=me, now=request.app.ctx.now(), case=case)
    conversation = await session.get_one(Conversation, conversation_id)
    return page(request, "_brief.html", brief=found, mine=conversation.owner_user_id == me.user_id)


@bp.post("/console/conversations/<conversation_id:uuid>/ask")
@warmed
@transactional
async def asked(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    me, context = request.ctx.principal, request.app.ctx
    if not await cases.sees_conversation(session, me, conversation_id):
        raise ConversationNotFound
    command = AskAssistant(question=form_of(request).get("question", "").strip())
    case = await case_of(request, session, conversation_id)
    found = await service.asked(
        session, context.knowledge, conversation_id, command.question, viewer=me, now=context.now(), case=case
    )
    return cards_page(request, found, conversation_id, question=command.question)
