from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.notices import NoticePage
from casebackend.database import reading, transactional
from casebackend.notices import queries, service
from casebackend.paging import limit_of, one_of

bp = Blueprint("notices", url_prefix="/notices")
OPEN = {"1": True, "0": False}


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """One's own, newest first. Filters: open (1: what still waits), cursor."""
    me = request.ctx.principal
    found, following = await queries.page(
        session,
        me,
        open_only=one_of(OPEN.__getitem__, request, "open") or False,
        cursor=request.args.get("cursor"),
        limit=limit_of(request, queries.PAGE),
    )
    answer = NoticePage(items=found, next=following, unread=await queries.unread(session, me.user_id))
    return json(answer.model_dump(mode="json"))


@bp.post("/<notice_id:uuid>/acknowledge")
@transactional
@preconditions.conditional
async def acknowledge(request: Request, session: AsyncSession, notice_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    notice = await service.own(session, notice_id, request.ctx.principal)
    preconditions.require(read, notice.version)
    await service.acknowledge(session, notice, by=request.ctx.principal, now=request.app.ctx.now())
    answer = await queries.view(session, notice)
    return preconditions.tagged(json(answer.model_dump(mode="json")), notice.version)
