"""Time of a case: extensions, later material, the first contact; and the list of extensions over all cases."""

from datetime import datetime
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.evidence import EvidenceView
from casebackend.api.extensions import (
    AddMaterial,
    AskExtension,
    DecideExtension,
    DecideMaterial,
    ExpectBack,
    RecordContact,
    TellExtension,
)
from casebackend.calendar.rules import SHANGHAI
from casebackend.cases import attaching
from casebackend.cases import service as case_service
from casebackend.cases.model import Case
from casebackend.console.fragments import require_version, section
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.errors import Unprocessable
from casebackend.extensions import materials, postponing, queries, service, telling
from casebackend.extensions.rules import LEVEL_LABELS, STATE_LABELS, State
from casebackend.paging import one_of

bp = console("extensions")


class NoTime(Unprocessable):
    slug, title = "no-time", "时间不正确"

    def __init__(self) -> None:
        super().__init__("请填写日期和时间")


def _moment(text: str) -> datetime:
    """As a form writes it: the time on the wall in Shanghai."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise NoTime from None


@bp.get("/cases/<reference:str>/extensions")
@reading
async def section_of(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await case_service.visible(session, me, reference)
    time = await queries.of_case(session, case, me)
    return section(
        request,
        "_extensions.html",
        number=case.number,
        version=case.version,
        heading="延期与补充材料",
        time=time,
        papers=await _letters(session, case) if time.may_expect else [],
        levels={level.value: label for level, label in LEVEL_LABELS.items()},
        may_add=may(request, f"/cases/{case.number}/extensions/materials", "POST"),
        today=now.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
    )


async def _letters(session: AsyncSession, case: Case) -> list[EvidenceView]:
    """What may be a letter of the office outside."""
    asked = await postponing.suspended_on(session, case)
    return [each for each in (await attaching.listed(session, case)).items if each.id not in asked]


def _back(request: Request, number: str) -> HTTPResponse:
    return go(request, f"/cases/{number}#extensions")


@bp.post("/cases/<reference:str>/extensions")
@transactional
async def ask(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await case_service.visible(session, me, reference)
    command = AskExtension.model_validate({name: form.get(name, "") for name in ("level", "reason")})
    await service.ask(session, case, command, principal=me, now=request.app.ctx.now())
    return _back(request, case.number)


@bp.post("/extensions/<extension_id:uuid>/decision")
@transactional
async def decide(request: Request, session: AsyncSession, extension_id: UUID) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    extension, case = await service.visible(session, me, extension_id)
    require_version(form.get("version"), extension.version)
    command = DecideExtension.model_validate({name: form.get(name, "") for name in ("decision", "opinion")})
    await service.decide(session, extension, command, principal=me, now=request.app.ctx.now())
    return _back(request, case.number)


@bp.post("/cases/<reference:str>/extensions/materials")
@transactional
async def add_material(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await case_service.visible(session, me, reference)
    command = AddMaterial(
        text=form.get("text", ""), received_at=_moment(form.get("received_at", "")), is_new_fact="is_new_fact" in form
    )
    await materials.add(session, case, command, principal=me, now=request.app.ctx.now())
    return _back(request, case.number)


@bp.post("/materials/<material_id:uuid>/decision")
@transactional
async def decide_material(request: Request, session: AsyncSession, material_id: UUID) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    material, case = await materials.visible(session, me, material_id)
    require_version(form.get("version"), material.version)
    command = DecideMaterial(is_new_fact=form.get("decision") == "confirm", opinion=form.get("opinion", ""))
    await materials.decide(session, material, command, principal=me, now=request.app.ctx.now())
    return _back(request, case.number)


def _telling(form: dict[str, str]) -> TellExtension:
    given = {name: form.get(name, "") for name in ("told_by", "told_proof")}
    return TellExtension.model_validate(given | {"told_at": _moment(form.get("told_at", ""))})


@bp.post("/extensions/<extension_id:uuid>/telling")
@transactional
async def tell(request: Request, session: AsyncSession, extension_id: UUID) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    extension, case = await service.visible(session, me, extension_id)
    require_version(form.get("version"), extension.version)
    await telling.record(session, extension, _telling(form), principal=me, now=request.app.ctx.now())
    return _back(request, case.number)


@bp.post("/materials/<material_id:uuid>/telling")
@transactional
async def tell_material(request: Request, session: AsyncSession, material_id: UUID) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    material, case = await materials.visible(session, me, material_id)
    require_version(form.get("version"), material.version)
    await telling.record(session, material, _telling(form), principal=me, now=request.app.ctx.now())
    return _back(request, case.number)


@bp.post("/cases/<reference:str>/extensions/expected-return")
@transactional
async def expect(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await case_service.visible(session, me, reference)
    given = {name: form.get(name, "") for name in ExpectBack.model_fields}
    match, now = f'"{form.get("version", "")}"', request.app.ctx.now()
    await postponing.expect(session, case, ExpectBack.model_validate(given), match=match, principal=me, now=now)
    return _back(request, case.number)


@bp.post("/cases/<reference:str>/extensions/contacts")
@transactional
async def record_contact(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await case_service.visible(session, me, reference)
    command = RecordContact(at=_moment(form.get("at", "")), note=form.get("note", ""))
    await materials.contacted(session, case, command, principal=me, now=request.app.ctx.now())
    return _back(request, case.number)


@bp.get("/extensions")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Everything in the URL: state, unit, cursor."""
    me = request.ctx.principal
    state, unit = one_of(State, request, "state"), one_of(UUID, request, "unit")
    found, following = await queries.page(session, me, state=state, unit_id=unit, cursor=request.args.get("cursor"))
    return page(
        request,
        "extensions.html",
        rows=await queries.extension_views(session, found, me),
        next=following,
        state=state.value if state else "",
        unit=str(unit) if unit else "",
        states={each.value: label for each, label in STATE_LABELS.items()},
        levels={level.value: label for level, label in LEVEL_LABELS.items()},
        by_unit=await queries.extended_by_unit(session, me),
    )
