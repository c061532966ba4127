from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.corrections import CorrectRegistration
from casebackend.api.parties import DocumentReceived, ObjectNamed, Person
from casebackend.api.registration import (
    ChangeGroup,
    ChangeMatter,
    ChangeNoticeForm,
    ChangeRegulatorDate,
    ChangeSeverity,
    ChangeUnits,
    Register,
)
from casebackend.cases import service as cases
from casebackend.cases.model import Case
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.registration import around, changing, correcting, grouping, regulating, views
from casebackend.registration.asking import core_first, of_object, of_registration
from casebackend.registration.service import register

bp = Blueprint("registration", url_prefix="/cases")


@bp.post("/")
@core_first(of_registration)
@transactional
@idempotent
async def create(request: Request, session: AsyncSession) -> HTTPResponse:
    command = Register.model_validate_json(request.body)
    case = await register(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return made(case, command)


def made(case: Case, command: Register) -> HTTPResponse:
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


@bp.post("/<reference:str>/correction")
@transactional
@preconditions.conditional
async def correct(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = CorrectRegistration.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await changing.held(session, me, reference, read)
    await correcting.correct(session, case, command, by=me, now=now)
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
