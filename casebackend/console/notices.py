from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.console.rendering import console, form_of, go, page
from casebackend.database import reading, transactional
from casebackend.notices import queries, service

bp = console("notices")


@bp.get("/notices")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    """我的提醒: what waits first by default, everything on demand."""
    me, everything = request.ctx.principal, request.args.get("all") == "1"
    found, following = await queries.page(session, me, open_only=not everything, cursor=request.args.get("cursor"))
    return page(
        request,
        "notices.html",
        notices=found,
        following=following,
        everything=everything,
        waiting=await queries.unread(session, me.user_id),
    )


@bp.get("/console/unread")
@reading
async def unread(request: Request, session: AsyncSession) -> HTTPResponse:
    """The number beside the bell."""
    return page(request, "_unread.html", waiting=await queries.unread(session, request.ctx.principal.user_id))


@bp.post("/notices/<notice_id:uuid>/acknowledge")
@transactional
async def acknowledge(request: Request, session: AsyncSession, notice_id: UUID) -> HTTPResponse:
    me = request.ctx.principal
    notice = await service.own(session, notice_id, me)
    preconditions.require(f'"{form_of(request).get("version", "")}"', notice.version)
    await service.acknowledge(session, notice, by=me, now=request.app.ctx.now())
    return go(request, "/notices")


@bp.post("/notices/read")
@transactional
async def read_all(request: Request, session: AsyncSession) -> HTTPResponse:
    await service.read_all(session, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, "/notices")
