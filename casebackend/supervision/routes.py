from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.supervision import CloseSupervision, OpenSupervision, ReplySupervision, SupervisionPage
from casebackend.cases.model import Case
from casebackend.cases.service import visible
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest
from casebackend.idempotency import idempotent
from casebackend.notices.routes import cursor_of
from casebackend.supervision import queries, service
from casebackend.supervision.model import Supervision
from casebackend.supervision.rules import State

bp = Blueprint("supervision")


class BadState(BadRequest):
    slug = "bad-filter"

    def __init__(self) -> None:
        super().__init__("查询条件不正确", filter="state")


async def _answer(
    request: Request, session: AsyncSession, item: Supervision, case: Case, status: int = 200
) -> HTTPResponse:
    view = (await queries.views(session, [(item, case)], request.ctx.principal, now=request.app.ctx.now()))[0]
    return preconditions.tagged(json(view.model_dump(mode="json"), status=status), item.version)


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
    return json([each.model_dump(mode="json") for each in found])


@bp.get("/supervisions")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Filters: state, cursor."""
    given = request.args.get("state")
    if given and given not in set(State):
        raise BadState
    found, following = await queries.page(
        session,
        request.ctx.principal,
        now=request.app.ctx.now(),
        state=State(given) if given else None,
        cursor=cursor_of(request),
    )
    return json(SupervisionPage(items=found, next=following).model_dump(mode="json"))


@bp.get("/supervisions/<item_id:uuid>")
@reading
async def item(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    found, case = await service.visible_item(session, item_id, request.ctx.principal, to_read=True)
    return await _answer(request, session, found, case)


@bp.post("/supervisions/<item_id:uuid>/read")
@transactional
async def read(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    found, case = await _read_item(request, session, item_id)
    await service.read(session, found, case, by=request.ctx.principal, now=request.app.ctx.now())
    return await _answer(request, session, found, case)


@bp.post("/supervisions/<item_id:uuid>/replies")
@transactional
@idempotent
async def reply(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    command = ReplySupervision.model_validate_json(request.body)
    found, case = await _read_item(request, session, item_id)
    me, now = request.ctx.principal, request.app.ctx.now()
    await service.reply(session, found, case, command.text, by=me, now=now)
    return await _answer(request, session, found, case, 201)


@bp.post("/supervisions/<item_id:uuid>/close")
@transactional
async def close(request: Request, session: AsyncSession, item_id: UUID) -> HTTPResponse:
    command = CloseSupervision.model_validate_json(request.body)
    found, case = await _read_item(request, session, item_id)
    me, now = request.ctx.principal, request.app.ctx.now()
    await service.close(session, found, case, command.opinion, by=me, now=now)
    return await _answer(request, session, found, case)
