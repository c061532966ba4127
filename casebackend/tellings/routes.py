from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.tellings import OwedPage, TellOwed
from casebackend.cases.service import visible
from casebackend.database import reading, transactional
from casebackend.paging import cut
from casebackend.tellings import queries, service

bp = Blueprint("tellings", url_prefix="/cases")


@bp.get("/<reference:str>/tellings")
@reading
async def of_case_tellings(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me = request.ctx.principal
    found = await queries.of_case(session, await visible(session, me, reference), me)
    shown, following = cut(request, found, lambda each: each.id)
    return json(OwedPage(items=shown, next=following).model_dump(mode="json"))


@bp.post("/<reference:str>/tellings/<owed_id:uuid>")
@transactional
@preconditions.conditional
async def tell(request: Request, session: AsyncSession, reference: str, owed_id: UUID) -> HTTPResponse:
    """If-Match takes the version of what is owed."""
    read = preconditions.wanted(request)
    command = TellOwed.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    owed = await service.of_id(session, case, owed_id)
    preconditions.require(read, owed.version)
    version = None if read == preconditions.ANY else owed.version
    owed = await service.record(session, case.id, owed_id, command, version=version, principal=me, now=now)
    [view] = await queries.views(session, case, [owed], me)
    return preconditions.tagged(json(view.model_dump(mode="json")), owed.version)
