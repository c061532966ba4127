from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.parties import DocumentReceived, ObjectNamed, Person
from casebackend.api.registration import (
    ChangeGroup,
    ChangeMatter,
    ChangeNoticeForm,
    ChangeRegulatorDate,
    ChangeSeverity,
    ChangeUnits,
    ForCoding,
    Register,
    SavedDraftPage,
)
from casebackend.cases import service as cases
from casebackend.cases.model import Case
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.paging import cut
from casebackend.registration import around, changing, coding, drafts, grouping, pooling, regulating, views
from casebackend.registration.asking import core_first, of_draft, of_object, of_registration
from casebackend.registration.service import register

bp = Blueprint("registration", url_prefix="/cases")
drafts_bp = Blueprint("registrations", url_prefix="/registrations")


@bp.post("/")
@core_first(of_registration)
@transactional
@idempotent
async def create(request: Request, session: AsyncSession) -> HTTPResponse:
    command = Register.model_validate_json(request.body)
    case = await register(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return _made(case, command)


def _made(case: Case, command: Register) -> HTTPResponse:
    response = json(views.registered(case, command).model_dump(mode="json"), status=201)
    return preconditions.tagged(preconditions.placed(response, f"/cases/{case.number}"), case.version)


async def _answer(session: AsyncSession, case: Case) -> HTTPResponse:
    view = await views.view(session, case)
    return preconditions.tagged(json(view.model_dump(mode="json")), case.version)


@bp.get("/<reference:str>/registration")
@reading
async def registration(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await cases.visible(session, request.ctx.principal, reference)
    return await _answer(session, case)


@bp.post("/<reference:str>/severity")
@transactional
@preconditions.conditional
async def severity(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = ChangeSeverity.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await changing.held(session, me, reference, read)
    await changing.designate(session, case, command, by=me, now=now)
    return await _answer(session, case)


@bp.post("/<reference:str>/matter")
@transactional
@preconditions.conditional
async def matter(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = ChangeMatter.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await changing.held(session, me, reference, read)
    await changing.convert(session, case, command, by=me, now=now)
    return await _answer(session, case)


@bp.post("/<reference:str>/notice-form")
@transactional
@preconditions.conditional
async def notice_form(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = ChangeNoticeForm.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await changing.held(session, me, reference, read)
    await changing.agree(session, case, command, by=me, now=now)
    return await _answer(session, case)


@bp.post("/<reference:str>/units")
@transactional
@preconditions.conditional
async def units(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = ChangeUnits.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await changing.held(session, me, reference, read)
    await changing.place(session, case, command, by=me, now=now)
    return await _answer(session, case)


@bp.post("/<reference:str>/group")
@transactional
@preconditions.conditional
async def group(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = ChangeGroup.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await changing.held(session, me, reference, read)
    await grouping.resize(session, case, command, by=me, now=now)
    return await _answer(session, case)


@bp.post("/<reference:str>/regulator-date")
@transactional
@preconditions.conditional
async def regulator_date(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = ChangeRegulatorDate.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await changing.held(session, me, reference, read)
    await regulating.move_date(session, case, command, by=me, now=now)
    return await _answer(session, case)


@bp.post("/<reference:str>/people")
@transactional
@idempotent
async def people(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = Person.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await cases.visible(session, me, reference)
    made = await around.add_person(session, case, command, by=me, now=now)
    shown = views.person(made, await views.masks_of(session, case))
    return json(shown.model_dump(mode="json"), status=201)


@bp.post("/<reference:str>/documents")
@transactional
@idempotent
async def documents(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = DocumentReceived.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await cases.visible(session, me, reference)
    made = await around.add_document(session, case, command, by=me, now=now)
    return json(views.document(made).model_dump(mode="json"), status=201)


@bp.post("/<reference:str>/objects")
@core_first(of_object)
@transactional
@idempotent
async def objects(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = ObjectNamed.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await cases.visible(session, me, reference)
    made = await around.add_object(session, case, command, by=me, now=now)
    return json(views.thing(made).model_dump(mode="json"), status=201)


@drafts_bp.post("/")
@transactional
@idempotent
async def save(request: Request, session: AsyncSession) -> HTTPResponse:
    command = Register.model_validate_json(request.body)
    saved = await drafts.save(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    response = preconditions.placed(
        json(drafts.row(saved).model_dump(mode="json"), status=201), f"/registrations/{saved.id}"
    )
    return preconditions.tagged(response, saved.version)


@drafts_bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    found, following = cut(request, await drafts.own(session, request.ctx.principal), lambda saved: saved.id)
    answer = SavedDraftPage(items=[drafts.row(saved) for saved in found], next=following)
    return json(answer.model_dump(mode="json"))


@drafts_bp.get("/pool")
@reading
async def pool(request: Request, session: AsyncSession) -> HTTPResponse:
    """Begun by colleagues who have left."""
    found, following = cut(request, await pooling.pooled(session, request.ctx.principal), lambda saved: saved.id)
    answer = SavedDraftPage(items=[drafts.row(saved) for saved in found], next=following)
    return json(answer.model_dump(mode="json"))


@drafts_bp.post("/<registration_id:uuid>/taking")
@transactional
@idempotent
async def take(request: Request, session: AsyncSession, registration_id: UUID) -> HTTPResponse:
    saved = await pooling.take(session, registration_id, by=request.ctx.principal, now=request.app.ctx.now())
    return preconditions.tagged(json(drafts.row(saved).model_dump(mode="json"), status=201), saved.version)


@drafts_bp.get("/<registration_id:uuid>")
@reading
async def draft(request: Request, session: AsyncSession, registration_id: UUID) -> HTTPResponse:
    saved = await drafts.mine(session, request.ctx.principal, registration_id)
    content = drafts.opened(session, saved)
    return preconditions.tagged(json(content.model_dump(mode="json")), saved.version)


@drafts_bp.put("/<registration_id:uuid>")
@transactional
@preconditions.conditional
async def change(request: Request, session: AsyncSession, registration_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = Register.model_validate_json(request.body)
    saved = await drafts.held(session, request.ctx.principal, registration_id)
    preconditions.require(read, saved.version)
    await drafts.write(session, saved, command, now=request.app.ctx.now())
    return preconditions.tagged(json(drafts.row(saved).model_dump(mode="json")), saved.version)


@drafts_bp.delete("/<registration_id:uuid>")
@transactional
@preconditions.conditional
async def reset(request: Request, session: AsyncSession, registration_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    saved = await drafts.held(session, request.ctx.principal, registration_id)
    preconditions.require(read, saved.version)
    await drafts.reset(session, saved, by=request.ctx.principal, now=request.app.ctx.now())
    return HTTPResponse(status=204)


@drafts_bp.post("/<registration_id:uuid>/submit")
@core_first(of_draft)
@transactional
@idempotent
@preconditions.conditional
async def submit(request: Request, session: AsyncSession, registration_id: UUID) -> HTTPResponse:
    """提交复核: what was put aside becomes a case."""
    read = preconditions.wanted(request)
    me, now = request.ctx.principal, request.app.ctx.now()
    saved = await drafts.held(session, me, registration_id)
    preconditions.require(read, saved.version)
    command = drafts.opened(session, saved).content
    case = await register(session, command, by=me, now=now, saved=saved)
    return _made(case, command)


@drafts_bp.post("/coding")
@reading
async def suggested(request: Request, session: AsyncSession) -> HTTPResponse:
    """Which classes the text suggests, with how sure that is."""
    command = ForCoding.model_validate_json(request.body)
    found = await coding.suggestions(session, command.text)
    return json([each.model_dump(mode="json") for each in found])
