from uuid import UUID, uuid4

from sanic import Blueprint, HTTPResponse, Request, json, text
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.access.reads import Sought
from casebackend.api.cases import Classify, MoveCase, SearchCases, TellDecision
from casebackend.api.conversations import ForMessage, View
from casebackend.api.drafts import CaseConfirmation, CaseReceipt
from casebackend.api.handlings import HandlingPage
from casebackend.calendar.rules import local_date
from casebackend.cases import (
    arriving,
    clockwork,
    coding,
    handlings,
    lists,
    outgoing,
    own,
    queries,
    search,
    seeking,
    service,
    urging,
    views,
)
from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.contacting import contact_by
from casebackend.cases.outgoing import InternalText
from casebackend.cases.queues import Queue
from casebackend.cases.submission import confirmed, file_from_draft
from casebackend.database import reading, transactional
from casebackend.drafts import confirming
from casebackend.failpoints import failpoint
from casebackend.idempotency import idempotent, marked_like
from casebackend.organisations.model import Organisation
from casebackend.paging import BadFilter, cut, limit_of, one_of

bp = Blueprint("cases", url_prefix="/cases")
own_bp = Blueprint("own_cases", url_prefix="/conversations")
handlings_bp = Blueprint("handlings", url_prefix="/handlings")


@transactional
@idempotent
async def _file(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    message = await own.message_of(session, conversation_id, command.message_id)
    await confirmed(session, message)
    actor, now = request.ctx.principal.actor, request.app.ctx.now()
    case = await file_from_draft(session, conversation_id, actor=actor, now=now, said=message)
    unit = await session.get(Organisation, case.unit_id) if case.unit_id else None
    receipt = CaseReceipt(
        case_id=case.id,
        number=case.number,
        unit=unit.name if unit else None,
        promised_on=case.promised_on or local_date(case.filed_at),
        promised_hour=await clockwork.promised_hour(session, case),
        received_at=case.received_at,
        matter=case.matter_type,
        contact_by=await contact_by(session, case.filed_at),
    )
    return json(receipt.model_dump(mode="json"), status=201)


@own_bp.post("/<conversation_id:uuid>/draft/file")
@marked_like(_file)
async def file(request: Request, conversation_id: UUID) -> HTTPResponse:
    await failpoint("case.before_begin")
    response: HTTPResponse = await _file(request, conversation_id)
    await failpoint("case.after_commit_before_reply")
    return response


@own_bp.post("/<conversation_id:uuid>/progress")
@transactional
@idempotent
async def progress(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    answer = await own.progress(session, conversation_id, command.message_id, now=request.app.ctx.now())
    return json(answer.model_dump(mode="json"))


@own_bp.post("/<conversation_id:uuid>/urge")
@transactional
@idempotent
async def urge(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    answer = await urging.urge(session, conversation_id, command.message_id, now=request.app.ctx.now())
    return json(answer.model_dump(mode="json"))


@own_bp.post("/<conversation_id:uuid>/withdraw")
@transactional
@idempotent
async def withdraw(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    command = ForMessage.model_validate_json(request.body)
    answer = await own.withdraw(session, conversation_id, command.message_id, now=request.app.ctx.now())
    return json(answer.model_dump(mode="json"))


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Takes queue, cursor, limit and every condition of `cases.conditions`; pages by cursor."""
    given, now = seeking.from_address(request.args), request.app.ctx.now()
    found, following = await lists.page(
        session,
        request.ctx.principal,
        now=now,
        queue=one_of(Queue, request, "queue") or Queue.ALL,
        given=given,
        cursor=request.args.get("cursor"),
        limit=limit_of(request, lists.PAGE),
        by_receipt=search.by_receipt(given),
    )
    return text(await views.written(session, found, following, now=now), content_type="application/json")


@bp.post("/search", name="search")
@reading
async def search_cases(request: Request, session: AsyncSession) -> HTTPResponse:
    """The same list, asked for by a body: the only way to look for a person."""
    command, now = SearchCases.model_validate_json(request.body), request.app.ctx.now()
    for name in command.conditions:
        if name not in CONDITIONS:
            raise BadFilter(name)
    if command.queue is not None and command.queue not in set(Queue):
        raise BadFilter("queue")
    given = seeking.from_body(command.conditions, command.purpose)
    request.ctx.sought = Sought(seeking.names_of(given), command.purpose, uuid4().hex)
    found, following = await lists.page(
        session,
        request.ctx.principal,
        now=now,
        queue=Queue(command.queue or Queue.ALL),
        given=given,
        cursor=command.cursor,
        limit=command.limit,
        by_receipt=search.by_receipt(given),
    )
    return text(await views.written(session, found, following, now=now), content_type="application/json")


@bp.get("/<reference:str>")
@reading
async def case(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """By number or id."""
    found = await service.visible(session, request.ctx.principal, reference)
    answer = await views.view(session, found, request.ctx.principal, now=request.app.ctx.now())
    return preconditions.tagged(json(answer.model_dump(mode="json")), found.version)


@bp.get("/<reference:str>/timeline")
@reading
async def timeline(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    found = await service.visible(session, request.ctx.principal, reference)
    answer = await views.timeline_view(session, found, cursor=request.args.get("cursor"), limit=limit_of(request))
    return json(answer.model_dump(mode="json"))


@bp.get("/<reference:str>/confirmation")
@reading
async def confirmation(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """What the customer was read and said before it was registered."""
    found = await service.visible(session, request.ctx.principal, reference)
    answer = CaseConfirmation(number=found.number, confirmation=await confirming.of_case(session, found.id))
    return json(answer.model_dump(mode="json"))


@bp.get("/<reference:str>/clocks")
@reading
async def clocks(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    found = await service.visible(session, request.ctx.principal, reference)
    answer = await views.clocks_view(session, found)
    shown, following = cut(request, answer.clocks, lambda each: f"{each.kind} {each.seq}")
    return json(answer.model_copy(update={"clocks": shown, "next": following}).model_dump(mode="json"))


@bp.post("/<reference:str>/moves")
@preconditions.sent
async def move(request: Request, reference: str) -> HTTPResponse:
    try:
        response: HTTPResponse = await _moved(request, reference)
    except InternalText as error:
        await _held_back(request, reference, error)
        raise
    return response


@transactional
async def _held_back(request: Request, session: AsyncSession, reference: str, error: InternalText) -> HTTPResponse:
    keeper: outgoing.Keeper = request.app.ctx.outgoing
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await service.movable(session, me, reference)
    await keeper.held_back(session, case.conversation_id, error, by=me, now=now)
    return HTTPResponse(status=204)


@transactional
async def _moved(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = MoveCase.model_validate_json(request.body)
    principal, now = request.ctx.principal, request.app.ctx.now()
    found = await service.movable(session, principal, reference)
    command = command.model_copy(update={"version": None})
    said, confirmed = outgoing.told(command), command.internal_confirmed
    keeper: outgoing.Keeper = request.app.ctx.outgoing
    await keeper.require_external(session, found.conversation_id, said, confirmed=confirmed, by=principal, now=now)
    moved = await service.move_case(session, found.id, command, principal=principal, now=now, match=read)
    answer: View = views.moved(moved)
    if await queries.visible(session, principal, reference) is not None:
        answer = await views.view(session, moved, principal, now=now)
    return preconditions.tagged(json(answer.model_dump(mode="json")), moved.version)


@bp.post("/<reference:str>/classification")
@transactional
@preconditions.conditional
async def classify(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """A signed change of the classification, at any time while the case is open."""
    read = preconditions.wanted(request)
    command = Classify.model_validate_json(request.body)
    principal, now = request.ctx.principal, request.app.ctx.now()
    found = await service.visible(session, principal, reference)
    changed = await coding.classify(session, found.id, command, match=read, principal=principal, now=now)
    answer = await views.view(session, changed, principal, now=now)
    return preconditions.tagged(json(answer.model_dump(mode="json")), changed.version)


@bp.post("/<reference:str>/telling")
@transactional
@preconditions.conditional
async def tell(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """How the customer was told a decision that our channel could not deliver."""
    read = preconditions.wanted(request)
    command = TellDecision.model_validate_json(request.body)
    principal, now = request.ctx.principal, request.app.ctx.now()
    found = await service.visible(session, principal, reference)
    told = await arriving.tell(session, found.id, command, match=read, principal=principal, now=now)
    answer = await views.view(session, told, principal, now=now)
    return preconditions.tagged(json(answer.model_dump(mode="json")), told.version)


@handlings_bp.get("/")
@reading
async def handling_list(request: Request, session: AsyncSession) -> HTTPResponse:
    """Takes cursor, limit and every field of `cases.handlings`; pages by cursor."""
    found, following = await handlings.page(
        session,
        request.ctx.principal,
        given=handlings.read(request.args),
        cursor=request.args.get("cursor"),
        limit=limit_of(request, handlings.PAGE),
    )
    return json(HandlingPage(items=found, next=following).model_dump(mode="json"))
