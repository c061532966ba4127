from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, empty, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.assist import Found, FoundPage, Suggestions
from casebackend.api.conversations import ForMessage
from casebackend.assist import service
from casebackend.calendar.rules import local_date
from casebackend.cases.queries import sees_conversation
from casebackend.cases.service import visible
from casebackend.conversations.errors import ConversationNotFound
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest
from casebackend.paging import BadFilter, cut, one_of
from knowledge.articles import Audience, Kind
from knowledge.search import Hit

bp = Blueprint("assist")
LONGEST_QUERY = 200
HITS = 20


@bp.get("/conversations/<conversation_id:uuid>/suggestions")
@transactional
async def suggestions(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    """Writes down what was shown, when a colleague is looking."""
    context = request.app.ctx
    if not await sees_conversation(session, request.ctx.principal, conversation_id):
        raise ConversationNotFound
    found = await service.for_conversation(
        session, context.knowledge, conversation_id, viewer=request.ctx.principal, now=context.now()
    )
    return json(found.model_dump(mode="json"))


@bp.get("/cases/<reference:str>/suggestions")
@reading
async def for_case(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """For the facts and the demand of a case, apart from what is being talked."""
    context = request.app.ctx
    case = await visible(session, request.ctx.principal, reference)
    cards = await service.for_text(context.knowledge, f"{case.facts}\n{case.demand}", on=local_date(context.now()))
    return json(Suggestions(message_id=None, cards=cards).model_dump(mode="json"))


@bp.post("/suggestions/<use_id:uuid>/inserted")
@transactional
async def inserted(request: Request, session: AsyncSession, use_id: UUID) -> HTTPResponse:
    await service.mark_inserted(session, use_id, by=request.ctx.principal, now=request.app.ctx.now())
    return empty()


@bp.post("/conversations/<conversation_id:uuid>/answer")
@reading
async def answer(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    context = request.app.ctx
    best = await service.answer(session, context.knowledge, conversation_id, command.message_id, now=context.now())
    return empty() if best is None else json(best.model_dump(mode="json"))


@bp.get("/knowledge/search")
async def search(request: Request) -> HTTPResponse:
    found, following = cut(request, await find(request), lambda hit: hit.article_id)
    return json(FoundPage(items=found, next=following).model_dump(mode="json"))


async def find(request: Request) -> list[Found]:
    query = str(request.args.get("q", "")).strip()
    if not query:
        raise BadRequest("请输入要查询的内容")
    kinds = request.args.getlist("kind", [])
    if not set(kinds) <= set(Kind):
        raise BadFilter("kind")
    hits = await request.app.ctx.knowledge.find(
        query[:LONGEST_QUERY],
        on=local_date(request.app.ctx.now()),
        kinds=[Kind(name) for name in kinds] or None,
        audience=one_of(Audience, request, "audience"),
        limit=HITS,
    )
    return [_found(hit) for hit in hits]


def _found(hit: Hit) -> Found:
    article = hit.article
    return Found(
        article_id=article.id,
        version=article.version,
        title=article.title,
        kind=article.kind,
        clause=article.clause,
        source=article.source,
        effective_from=article.effective_from,
        effective_to=article.effective_to,
        internal=article.audience is Audience.INTERNAL,
        excerpt="".join(piece.text for piece in hit.excerpt),
        marked=list(dict.fromkeys(piece.text for piece in (*hit.title, *hit.excerpt) if piece.matched)),
        text=article.text,
    )
