from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, empty, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import Answer, ForMessage
from casebackend.assist import searching, service, uses
from casebackend.assist.warming import warmed
from casebackend.cases.queries import sees_conversation
from casebackend.cases.service import visible
from casebackend.conversations.errors import ConversationNotFound
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest

bp = Blueprint("assist")


@bp.get("/conversations/<conversation_id:uuid>/suggestions")
@warmed
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
@warmed
@transactional
async def for_case(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """For the facts and the demand of a case, apart from what is being talked. Writes down what a colleague saw."""
    me, context = request.ctx.principal, request.app.ctx
    case = await visible(session, me, reference)
    found = await service.for_case(session, context.knowledge, case, viewer=me, now=context.now())
    return json(found.model_dump(mode="json"))


@bp.post("/suggestions/<use_id:uuid>/inserted")
@transactional
async def inserted(request: Request, session: AsyncSession, use_id: UUID) -> HTTPResponse:
    await uses.mark_inserted(session, use_id, by=request.ctx.principal, now=request.app.ctx.now())
    return empty()


@bp.post("/conversations/<conversation_id:uuid>/answer")
async def answer(request: Request, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    await _looked_up(request, conversation_id, command.message_id)
    kept = _missed if request.ctx.entry is None else _answered
    return await kept(request, conversation_id, command.message_id)


@warmed
@reading
async def _looked_up(request: Request, session: AsyncSession, conversation_id: UUID, message_id: UUID) -> HTTPResponse:
    """Left on the request: the search is over before anything is written."""
    context = request.app.ctx
    request.ctx.entry = await service.answer(session, context.knowledge, conversation_id, message_id, now=context.now())
    return empty()


@transactional
async def _answered(request: Request, session: AsyncSession, conversation_id: UUID, message_id: UUID) -> HTTPResponse:
    entry = request.ctx.entry
    await service.answered(session, entry, conversation_id, message_id, now=request.app.ctx.now())
    found = Answer(title=entry.title, text=entry.text, source=entry.citation)
    return json(found.model_dump(mode="json"))


@transactional
async def _missed(request: Request, session: AsyncSession, conversation_id: UUID, message_id: UUID) -> HTTPResponse:
    """The curators learn of it."""
    await service.missed(session, conversation_id, message_id, by=request.ctx.principal, now=request.app.ctx.now())
    return empty()


@bp.get("/knowledge/search")
async def search(request: Request) -> HTTPResponse:
    wanted = searching.asked(request)
    if not wanted.words:
        raise BadRequest("请输入要查询的内容")
    found, following = await searching.look(request, wanted)
    return json(searching.page_view(found, following).model_dump(mode="json"))


@bp.get("/knowledge/completions")
async def completions(request: Request) -> HTTPResponse:
    found = await searching.complete(request)
    return json(searching.completions_view(found).model_dump(mode="json"))
