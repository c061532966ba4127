from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.conversations import ForMessage
from casebackend.api.families import Join, Joined, Link, LinkPage, OpenSecond, Split
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.cases.service import visible
from casebackend.database import reading, transactional
from casebackend.families import joining, own, second, service, views
from casebackend.families.model import CaseLink
from casebackend.idempotency import idempotent
from casebackend.paging import cut

bp = Blueprint("families", url_prefix="/cases")
own_bp = Blueprint("own_families", url_prefix="/conversations")


@own_bp.post("/<conversation_id:uuid>/second")
@transactional
@idempotent
async def own_second(request: Request, session: AsyncSession, conversation_id: UUID) -> HTTPResponse:
    """The customer takes the offer of a second complaint."""
    command = ForMessage.model_validate_json(request.body)
    answer = await own.open_second(session, conversation_id, command.message_id, now=request.app.ctx.now())
    return json(answer.model_dump(mode="json"))


@bp.get("/<reference:str>/family")
@reading
async def family(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    return json((await views.family(session, case, request.ctx.principal)).model_dump(mode="json"))


@bp.post("/<reference:str>/second")
@transactional
@idempotent
async def open_second(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = OpenSecond.model_validate_json(request.body)
    principal, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, principal, reference)
    opened = await second.by_staff(session, case.id, command, principal=principal, now=now)
    return _opened(opened)


@bp.post("/<reference:str>/splits")
@transactional
@idempotent
async def split(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = Split.model_validate_json(request.body)
    principal, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, principal, reference)
    part = await service.split(session, case.id, command, principal=principal, now=now)
    return _opened(part)


@bp.post("/<reference:str>/joining")
@transactional
@preconditions.conditional
async def join(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """Back into the complaint that it was split from. If-Match takes the version of the part."""
    read = preconditions.wanted(request)
    command = Join.model_validate_json(request.body)
    principal, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, principal, reference)
    part = await joining.join(session, case.id, command, principal=principal, now=now, match=read)
    master = await session.get_one(Case, part.master_id)
    answer = Joined(number=part.number, master_number=master.number, status=Status(part.status), version=part.version)
    return preconditions.tagged(json(answer.model_dump(mode="json")), part.version)


def _opened(case: Case) -> HTTPResponse:
    response = json(views.opened(case).model_dump(mode="json"), status=201)
    return preconditions.tagged(preconditions.placed(response, f"/cases/{case.number}"), case.version)


@bp.get("/<reference:str>/links")
@reading
async def links(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    found = await views.links(session, case, request.ctx.principal)
    shown, following = cut(request, found, lambda link: link.id)
    return json(LinkPage(items=shown, next=following).model_dump(mode="json"))


@bp.post("/<reference:str>/links")
@transactional
@idempotent
async def relate(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = Link.model_validate_json(request.body)
    principal, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, principal, reference)
    link = await service.relate(session, case.id, command, principal=principal, now=now)
    other = await session.get_one(Case, link.other_id)
    answer = await views.link_view(session, link, case, other)
    return preconditions.tagged(json(answer.model_dump(mode="json"), status=201), link.version)


@bp.delete("/<reference:str>/links/<link_id:uuid>")
@transactional
@preconditions.conditional
async def unrelate(request: Request, session: AsyncSession, reference: str, link_id: UUID) -> HTTPResponse:
    """If-Match takes the version of the link."""
    read = preconditions.wanted(request)
    principal, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, principal, reference)
    link = await session.get(CaseLink, link_id)
    if link is not None:
        preconditions.require(read, link.version)
    version = None if link is None or read == preconditions.ANY else link.version
    await service.unrelate(session, case.id, link_id, version=version, principal=principal, now=now)
    return HTTPResponse(status=204)
