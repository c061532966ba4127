"""Who complained and for whom, papers, things, units, severity: the section of a case, and its signed changes."""

from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.parties import DocumentReceived, ObjectNamed, Person
from casebackend.api.registration import (
    ChangeGroup,
    ChangeMatter,
    ChangeNoticeForm,
    ChangeRegulatorDate,
    ChangeSeverity,
    ChangeUnits,
)
from casebackend.calendar.rules import local_date
from casebackend.cases import agreed
from casebackend.cases import service as cases
from casebackend.cases.judgement import is_regulated
from casebackend.cases.rules import OPEN, UNANSWERED, Status
from casebackend.console import labels
from casebackend.console.fragments import require_version, section
from casebackend.console.rendering import console, form_of, given_in, go
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest
from casebackend.grading.rules import Severity
from casebackend.matters.catalogue import catalogue
from casebackend.organisations.queries import tree
from casebackend.parties.rules import FINDING_LABELS, OBJECT_LABELS, SEX_LABELS, TIER_LABELS
from casebackend.preconditions import etag
from casebackend.registration import around, changing, grouping, regulating, views, wording
from casebackend.registration.asking import core_first
from casebackend.registration.rules import CORRECTED_LABELS
from casebackend.workflow.service import profile_names

bp = console("registration")
BY_HAND = frozenset({"counter", "hotline", "letter", "email", "webchat", "wechat"})
UNIT_ROLES = {
    "receiving_unit_id": "受理机构", "unit_id": "被投诉机构", "responsible_unit_id": "责任机构",
    "handling_unit_id": "承办机构",
}  # fmt: skip
FIELDS = UNIT_ROLES | {
    "severity": "投诉等级", "matter_type": "事项类型", "personal_right": "请求的权利",
    "business_channel_a": "业务办理渠道", "category_b": "业务类别",
    "cause_c": "投诉原因", "basic_right": "基本权利", "group_size": "投诉人数", "regulator_due_on": "监管期限",
    "referral_due_on": "转办单要求反馈日期",
    "facts": "事情经过", "demand": "诉求", "amount": "涉及金额", "occurred_on": "发生日期",
    "notice_form": "约定告知方式",
} | CORRECTED_LABELS  # fmt: skip
CHANGES = frozenset(
    ["correction", "severity", "matter", "notice", "units", "group", "regulator", "people", "documents", "objects"]
)


@bp.get("/cases/<reference:str>/registration")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await cases.visible(session, request.ctx.principal, reference)
    units = (await tree(session)).units
    names = {str(unit.id): unit.name for unit in units.values()}
    open_here = Status(case.status) in OPEN
    here = f"/cases/{case.number}/registration"
    return section(
        request,
        "_registration.html",
        number=case.number,
        heading="登记信息",
        view=await views.view(session, case),
        names=names,
        known=catalogue(),
        unit_roles=UNIT_ROLES,
        fields=FIELDS,
        severities=list(Severity),
        notice_forms=agreed.forms_on(local_date(case.received_at)),
        notice_warning=agreed.differs(case),
        objects=OBJECT_LABELS,
        findings=FINDING_LABELS,
        sexes=SEX_LABELS,
        tiers=TIER_LABELS,
        regulated=is_regulated(case),
        answered=Status(case.status) not in UNANSWERED,
        profiles=profile_names(),
        by_hand=[(code, name) for code, name in labels.CHANNELS.items() if code in BY_HAND],
        said=wording.said,
        outside=regulating.day_of(case) is not None,
        may={what: open_here and may(request, f"{here}/{what}", "POST") for what in CHANGES},
    )


async def held(session: AsyncSession, request: Request, reference: str, form: dict[str, str]) -> Any:
    found = await cases.visible(session, request.ctx.principal, reference)
    require_version(form.get("version"), found.version)
    return await changing.held(session, request.ctx.principal, reference, etag(found.version))


@bp.post("/cases/<reference:str>/registration/severity")
@transactional
async def severity(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    form = form_of(request)
    case = await held(session, request, reference, form)
    command = ChangeSeverity.model_validate(given_in(form, "severity", "designated_on", "reason"))
    await changing.designate(session, case, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#registration")


@bp.post("/cases/<reference:str>/registration/notice")
@transactional
async def notice(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    form = form_of(request)
    case = await held(session, request, reference, form)
    given = given_in(form, "reason") | {"notice_form": form.get("notice_form") or None}
    command = ChangeNoticeForm.model_validate(given)
    await changing.agree(session, case, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#registration")


@bp.post("/cases/<reference:str>/registration/matter")
@transactional
async def matter(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    form = form_of(request)
    case = await held(session, request, reference, form)
    command = ChangeMatter.model_validate(given_in(form, "matter_type", "personal_right", "demand", "reason"))
    await changing.convert(session, case, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#registration")


@bp.post("/cases/<reference:str>/registration/units")
@transactional
async def units(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    form = form_of(request)
    case = await held(session, request, reference, form)
    which = form.get("which", "")
    if which not in ("unit_id", "responsible_unit_id", "receiving_unit_id"):
        raise BadRequest("请选择要变更的机构")
    command = ChangeUnits.model_validate(given_in(form, "reason") | {which: UUID(form.get("unit") or str(UUID(int=0)))})
    await changing.place(session, case, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#registration")


@bp.post("/cases/<reference:str>/registration/group")
@transactional
async def group(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    form = form_of(request)
    case = await held(session, request, reference, form)
    command = ChangeGroup.model_validate(given_in(form, "group_size", "reason"))
    await grouping.resize(session, case, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#registration")


@bp.post("/cases/<reference:str>/registration/regulator")
@transactional
async def regulator(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    form = form_of(request)
    case = await held(session, request, reference, form)
    command = ChangeRegulatorDate.model_validate(given_in(form, "due_on", "document", "reason"))
    await regulating.move_date(session, case, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#registration")


@bp.post("/cases/<reference:str>/registration/people")
@transactional
async def people(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await cases.visible(session, request.ctx.principal, reference)
    given = given_in(form_of(request), "role", "name", "phone", "id_number", "relation")
    command = Person.model_validate(given)
    await around.add_person(session, case, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#registration")


@bp.post("/cases/<reference:str>/registration/documents")
@transactional
async def documents(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    form = form_of(request)
    case = await cases.visible(session, request.ctx.principal, reference)
    command = DocumentReceived.model_validate(given_in(form, "kind") | {"original_seen": "original_seen" in form})
    await around.add_document(session, case, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#registration")


async def _named(request: Request, **_: Any) -> list[ObjectNamed]:
    return [ObjectNamed.model_validate(given_in(form_of(request), "kind", "value"))]


@bp.post("/cases/<reference:str>/registration/objects")
@core_first(_named)
@transactional
async def objects(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await cases.visible(session, request.ctx.principal, reference)
    command = ObjectNamed.model_validate(given_in(form_of(request), "kind", "value"))
    await around.add_object(session, case, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/cases/{case.number}#registration")
