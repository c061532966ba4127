from datetime import datetime
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.notices import NoticePage
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest
from casebackend.notices import queries, service

bp = Blueprint("notices", url_prefix="/notices")


class BadCursor(BadRequest):
    slug = "bad-cursor"

    def __init__(self) -> None:
        super().__init__("翻页位置不正确")


def cursor_of(request: Request) -> datetime | None:
    given = request.args.get("cursor")
    try:
        found = datetime.fromisoformat(given) if given else None
    except ValueError:
        raise BadCursor from None
    if found is not None and found.tzinfo is None:
        raise BadCursor
    return found


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """One's own, newest first. Filters: open (1: what still waits), cursor."""
    me = request.ctx.principal
    found, following = await queries.page(
        session, me, open_only=request.args.get("open") == "1", cursor=cursor_of(request)
    )
    answer = NoticePage(items=found, next=following, unread=await queries.unread(session, me.user_id))
    return json(answer.model_dump(mode="json"))


@bp.post("/<notice_id:uuid>/acknowledge")
@transactional
async def acknowledge(request: Request, session: AsyncSession, notice_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    notice = await service.own(session, notice_id, request.ctx.principal)
    preconditions.require(read, notice.version)
    await service.acknowledge(session, notice, by=request.ctx.principal, now=request.app.ctx.now())
    answer = await queries.view(session, notice)
    return preconditions.tagged(json(answer.model_dump(mode="json")), notice.version)
