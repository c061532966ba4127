from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.voids import RefuseVoid, VoidRequestPage
from casebackend.cases import views, voiding
from casebackend.database import reading, transactional
from casebackend.paging import cut

bp = Blueprint("voids", url_prefix="/voids")


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    found = await voiding.pending(session, request.ctx.principal)
    shown, following = cut(request, found, lambda each: each.number)
    return json(VoidRequestPage(items=shown, next=following).model_dump(mode="json"))


@bp.post("/<number:str>/refusal")
@transactional
@preconditions.conditional
async def refuse(request: Request, session: AsyncSession, number: str) -> HTTPResponse:
    """The move itself is `void` of the case, by a second administrator."""
    read = preconditions.wanted(request)
    command = RefuseVoid.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await voiding.refuse(session, number, command.opinion, match=read, principal=me, now=now)
    return preconditions.tagged(json(views.moved(case).model_dump(mode="json")), case.version)
