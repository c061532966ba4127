from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.supervision import (
    CloseSupervision,
    OpenSupervision,
    ReplySupervision,
    ReturnSupervision,
    SupervisionPage,
)
from casebackend.cases.model import Case
from casebackend.cases.service import visible
from casebackend.database import reading, transactional
from casebackend.demands.model import Supervision
from casebackend.demands.rules import State
from casebackend.idempotency import idempotent
from casebackend.paging import cut, limit_of, one_of
from casebackend.supervision import queries, service

bp = Blueprint("supervision")


async def _answer(
    request: Request, session: AsyncSession, item: Supervision, case: Case, status: int = 200
) -> HTTPResponse:
    view = (await queries.views(session, [(item, case)], request.ctx.principal, now=request.app.ctx.now()))[0]
    response = json(view.model_dump(mode="json"), status=status)
    if status == 201:
        preconditions.placed(response, f"/supervisions/{item.id}")
    return preconditions.tagged(response, item.version)


async def _read_item(request: Request, session: AsyncSession, item_id: UUID) -> tuple[Supervision, Case]:
    read = preconditions.wanted(request)
    item, case = await service.visible_item(session, item_id, request.ctx.principal)
    preconditions.require(read, item.version)
    return item, case


@bp.post("/cases/<reference:str>/supervisions")
@transactional
@idempotent
async def open_item(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = OpenSupervision.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    item = await service.open_item(session, reference, command, by=me, now=now)
    return await _answer(request, session, item, await visible(session, me, reference), 201)


@bp.get("/cases/<reference:str>/supervisions")
@reading
async def of_case(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    found = await queries.of_case(session, case, request.ctx.principal, now=request.app.ctx.now())
    shown, following = cut(request, found, lambda each: each.id)
    return json(SupervisionPage(items=shown, next=following).model_dump(mode="json"))


@bp.get("/supervisions")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Filters: state, cursor, limit."""
    found, following = await queries.page(
        session,
        request.ctx.principal,
        now=request.app.ctx.now(),
        state=one_of(State, request, "state"),
        cursor=request.args.get("cursor"),
        limit=limit_of(request),
    )
    return json(SupervisionPage(items=found, next=following).model_dump(mode="json"))


@bp.get("/supervisions/<item_id:uuid>")
@reading
async def item(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    found, case = await service.visible_item(session, item_id, request.ctx.principal, to_read=True)
    return await _answer(request, session, found, case)


@bp.post("/supervisions/<item_id:uuid>/read")
@transactional
@preconditions.conditional
async def read(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    found, case = await _read_item(request, session, item_id)
    await service.read(session, found, case, by=request.ctx.principal, now=request.app.ctx.now())
    return await _answer(request, session, found, case)


@bp.post("/supervisions/<item_id:uuid>/replies")
@transactional
@idempotent
@preconditions.conditional
async def reply(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    command = ReplySupervision.model_validate_json(request.body)
    found, case = await _read_item(request, session, item_id)
    me, now = request.ctx.principal, request.app.ctx.now()
    await service.reply(session, found, case, command.text, by=me, now=now)
    return await _answer(request, session, found, case, 201)


@bp.post("/supervisions/<item_id:uuid>/returns")
@transactional
@idempotent
@preconditions.conditional
async def send_back(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    command = ReturnSupervision.model_validate_json(request.body)
    found, case = await _read_item(request, session, item_id)
    me, now = request.ctx.principal, request.app.ctx.now()
    await service.send_back(session, found, case, command, by=me, now=now)
    return await _answer(request, session, found, case, 201)


@bp.post("/supervisions/<item_id:uuid>/close")
@transactional
@preconditions.conditional
async def close(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    command = CloseSupervision.model_validate_json(request.body)
    found, case = await _read_item(request, session, item_id)
    me, now = request.ctx.principal, request.app.ctx.now()
    await service.close(session, found, case, command.opinion, by=me, now=now)
    return await _answer(request, session, found, case)
