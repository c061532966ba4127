"""Correcting the classification at any time, under one's name; and who has corrected it before."""

from uuid import UUID

from pydantic import TypeAdapter
from sanic import HTTPResponse, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import Classify
from casebackend.cases import coding, hints
from casebackend.cases.model import Case, CaseChange
from casebackend.cases.rules import Status
from casebackend.cases.service import visible
from casebackend.cases.words import FIELD_LABELS
from casebackend.console.fragments import require_version, section
from casebackend.console.rendering import console, form_of, go
from casebackend.customers import service as customers
from casebackend.database import reading, transactional
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import CODED
from casebackend.grading import queries as grading
from casebackend.preconditions import etag
from casebackend.staff import queries as staff

bp = console("classification")
HINT = TypeAdapter(UUID)


@bp.get("/cases/<reference:str>/classification")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me = request.ctx.principal
    case = await visible(session, me, reference)
    changes = await session.scalars(
        select(CaseChange)
        .where(CaseChange.case_id == case.id, CaseChange.field.in_(CODED))
        .order_by(CaseChange.at, CaseChange.field)
    )
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    final = await staff.names(session, [case.coded_by])
    return section(
        request,
        "_classification.html",
        number=case.number,
        heading="分类",
        version=case.version,
        axes=[(name, FIELD_LABELS[name], getattr(case, name), await _terms(session, name)) for name in CODED],
        changes=[
            (change, FIELD_LABELS[change.field], customers.rendered(change.reason or "", masks)) for change in changes
        ],
        hints=[
            (each, FIELD_LABELS[each.field], getattr(case, each.field) == each.name)
            for each in await grading.hints(session, case.id, flags=False)
        ],
        final=next(iter(final.values()), None),
        final_id=case.coded_by,
        may_change=await _may(session, case, request),
    )


async def _terms(session: AsyncSession, axis: str) -> list[str]:
    return [term.name for term in await dictionaries.terms(session, CODED[axis])]


async def _may(session: AsyncSession, case: Case, request: Request) -> bool:
    return Status(case.status) in coding.OPEN_TO_CODING and await coding.takes_part(
        session, case, request.ctx.principal
    )


@bp.post("/cases/<reference:str>/classification")
@transactional
async def change(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await visible(session, me, reference)
    require_version(form.get("version"), case.version)
    given = {name: form[name] for name in CODED if form.get(name) and form[name] != getattr(case, name)}
    command = Classify.model_validate(given | {"reason": form.get("reason", "")})
    now = request.app.ctx.now()
    await coding.classify(session, case.id, command, match=etag(case.version), principal=me, now=now)
    if form.get("hint"):
        await hints.accepted(session, case, HINT.validate_python(form["hint"]), user_id=me.user_id, now=now)
    return go(request, f"/cases/{case.number}#classification")
