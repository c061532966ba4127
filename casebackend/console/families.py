"""The family of a complaint on one strip, and what a colleague may do about it."""

from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.families import Join, Link, OpenSecond, Split
from casebackend.cases.service import visible
from casebackend.console.choices import units_to_choose
from casebackend.console.fragments import require_version, section
from casebackend.console.labels import TONES
from casebackend.console.panels import moment_of
from casebackend.console.rendering import console, form_of, given_in, go
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.families import joining, second, service, views
from casebackend.families.model import CaseLink
from casebackend.families.rules import BY_HAND, FORWARD, LABELS

bp = console("families")


@bp.get("/cases/<reference:str>/family")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me = request.ctx.principal
    case = await visible(session, me, reference)
    here = f"/cases/{case.number}/family"
    origin = await joining.origin_of(session, case)
    return section(
        request,
        "_family.html",
        number=case.number,
        heading="关联投诉",
        family=await views.family(session, case, me),
        links=await views.links(session, case, me),
        tones=TONES,
        kinds={
            kind.value: LABELS[FORWARD[kind]] if kind != "regulator" else "监管转办（对方为此前的投诉）"
            for kind in sorted(BY_HAND)
        },
        units=await units_to_choose(session),
        may_second=may(request, f"{here}/second", "POST"),
        may_split=may(request, f"{here}/splits", "POST"),
        may_join=joining.may_join(case, origin) and may(request, f"{here}/joining", "POST"),
        version=case.version,
        may_link=may(request, f"{here}/links", "POST"),
    )


@bp.post("/cases/<reference:str>/family/second")
@transactional
async def open_second(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    given = given_in(form_of(request), "opinion", "requested_at")
    if "requested_at" in given:
        given["requested_at"] = moment_of("requested_at", given["requested_at"])
    command = OpenSecond.model_validate(given)
    opened = await second.by_staff(session, case.id, command, principal=me, now=now)
    return go(request, f"/cases/{opened.number}#family")


@bp.post("/cases/<reference:str>/family/splits")
@transactional
async def split(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    names = ("facts", "demand", "reason", "unit_id", "amount", "occurred_on")
    command = Split.model_validate(given_in(form_of(request), *names))
    part = await service.split(session, case.id, command, principal=me, now=now)
    return go(request, f"/cases/{part.number}#family")


@bp.post("/cases/<reference:str>/family/joining")
@transactional
async def join(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now, form = request.ctx.principal, request.app.ctx.now(), form_of(request)
    case = await visible(session, me, reference)
    require_version(form.get("version"), case.version)
    part = await joining.join(session, case.id, Join.model_validate(given_in(form, "reason")), principal=me, now=now)
    return go(request, f"/cases/{part.number}#family")


@bp.post("/cases/<reference:str>/family/links")
@transactional
async def relate(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    command = Link.model_validate(given_in(form_of(request), "number", "kind", "reason"))
    await service.relate(session, case.id, command, principal=me, now=now)
    return go(request, f"/cases/{case.number}#family")


@bp.post("/cases/<reference:str>/family/links/<link_id:uuid>/remove")
@transactional
async def unrelate(request: Request, session: AsyncSession, reference: str, link_id: UUID) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await visible(session, me, reference)
    link = await session.get(CaseLink, link_id)
    if link is not None:
        require_version(form_of(request).get("version"), link.version)
    await service.unrelate(session, case.id, link_id, version=None, principal=me, now=now)
    return go(request, f"/cases/{case.number}#family")
