from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.extensions import (
    AddMaterial,
    AskExtension,
    DecideExtension,
    DecideMaterial,
    ExpectBack,
    ExtensionPage,
    RecordContact,
    TellExtension,
)
from casebackend.cases.model import Case
from casebackend.cases.service import visible
from casebackend.database import reading, transactional
from casebackend.extensions import materials, postponing, queries, service, telling
from casebackend.extensions.model import Extension, Material
from casebackend.extensions.rules import State
from casebackend.idempotency import idempotent
from casebackend.paging import limit_of, one_of

bp = Blueprint("extensions")


async def _answer(
    request: Request, session: AsyncSession, extension: Extension, case: Case, status: int = 200
) -> HTTPResponse:
    view = (await queries.extension_views(session, [(extension, case)], request.ctx.principal))[0]
    response = json(view.model_dump(mode="json"), status=status)
    if status == 201:
        preconditions.placed(response, f"/extensions/{extension.id}")
    return preconditions.tagged(response, extension.version)


async def _material(
    request: Request, session: AsyncSession, material: Material, case: Case, status: int = 200
) -> HTTPResponse:
    view = (await queries.material_views(session, case, [material], request.ctx.principal))[0]
    return preconditions.tagged(json(view.model_dump(mode="json"), status=status), material.version)


@bp.post("/cases/<reference:str>/extensions")
@transactional
@idempotent
async def ask(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = AskExtension.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    return await _answer(
        request, session, await service.ask(session, case, command, principal=me, now=now), case, status=201
    )


@bp.get("/cases/<reference:str>/extensions")
@reading
async def of_case_extensions(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await visible(session, request.ctx.principal, reference)
    return json((await queries.of_case(session, case, request.ctx.principal)).model_dump(mode="json"))


@bp.get("/extensions")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Filters: state, unit (id), cursor, limit."""
    found, following = await queries.page(
        session,
        request.ctx.principal,
        state=one_of(State, request, "state"),
        unit_id=one_of(UUID, request, "unit"),
        cursor=request.args.get("cursor"),
        limit=limit_of(request),
    )
    views = await queries.extension_views(session, found, request.ctx.principal)
    return json(ExtensionPage(items=views, next=following).model_dump(mode="json"))


@bp.get("/extensions/<extension_id:uuid>")
@reading
async def extension(request: Request, session: AsyncSession, extension_id: UUID) -> HTTPResponse:
    found, case = await service.visible(session, request.ctx.principal, extension_id, to_read=True)
    return await _answer(request, session, found, case)


@bp.post("/extensions/<extension_id:uuid>/decision")
@transactional
@preconditions.conditional
async def decide(request: Request, session: AsyncSession, extension_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = DecideExtension.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    found, case = await service.visible(session, request.ctx.principal, extension_id)
    preconditions.require(read, found.version)
    await service.decide(session, found, command, principal=me, now=now)
    return await _answer(request, session, found, case)


@bp.post("/cases/<reference:str>/materials")
@transactional
@idempotent
async def add_material(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = AddMaterial.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    material = await materials.add(session, case, command, principal=me, now=now)
    return await _material(request, session, material, await session.get_one(Case, material.case_id), status=201)


@bp.post("/materials/<material_id:uuid>/decision")
@transactional
@preconditions.conditional
async def decide_material(request: Request, session: AsyncSession, material_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = DecideMaterial.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    found, case = await materials.visible(session, me, material_id)
    preconditions.require(read, found.version)
    await materials.decide(session, found, command, principal=me, now=now)
    return await _material(request, session, found, case)


@bp.post("/extensions/<extension_id:uuid>/telling")
@transactional
@preconditions.conditional
async def tell(request: Request, session: AsyncSession, extension_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = TellExtension.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    found, case = await service.visible(session, me, extension_id)
    preconditions.require(read, found.version)
    await telling.record(session, found, command, principal=me, now=now)
    return await _answer(request, session, found, case)


@bp.post("/materials/<material_id:uuid>/telling")
@transactional
@preconditions.conditional
async def tell_material(request: Request, session: AsyncSession, material_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = TellExtension.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    found, case = await materials.visible(session, me, material_id)
    preconditions.require(read, found.version)
    await telling.record(session, found, command, principal=me, now=now)
    return await _material(request, session, found, case)


@bp.post("/cases/<reference:str>/expected-return")
@transactional
@preconditions.conditional
async def expect(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """If-Match is that of the case."""
    read = preconditions.wanted(request)
    command = ExpectBack.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    case = await postponing.expect(session, case, command, match=read, principal=me, now=now)
    answer = await queries.of_case(session, case, me)
    return preconditions.tagged(json(answer.model_dump(mode="json")), case.version)


@bp.post("/cases/<reference:str>/contacts")
@transactional
@idempotent
async def record_contact(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = RecordContact.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    await materials.contacted(session, case, command, principal=me, now=now)
    return HTTPResponse(status=204)
