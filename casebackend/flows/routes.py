from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.flows import DecideFlow, FlowPage, FlowView, ProposeFlow
from casebackend.approvals.rules import APPROVED
from casebackend.calendar.rules import local_date
from casebackend.database import reading, transactional
from casebackend.flows import service
from casebackend.idempotency import idempotent
from casebackend.paging import cut
from casebackend.workflow.model import FlowVersion
from casebackend.workflow.queries import row_of, steps_delivered

bp = Blueprint("flows", url_prefix="/flows")
DELIVERED = "随产品交付"


async def views(session: AsyncSession, today: date) -> list[FlowView]:
    """By flow, the latest version first; one that a profile does not say for itself is left out."""
    rows = await service.all_rows(session)
    found: list[FlowView] = []
    for code in await service.codes(session):
        mine = [view_of(row) for row in rows if row.code == code] + await _delivered(session, code)
        holding = [each for each in mine if each.state == APPROVED and each.effective_from <= today]
        newest = max(holding, key=lambda each: each.effective_from, default=None)
        found += [each.model_copy(update={"in_force": each is newest}) for each in mine]
    return found


def view_of(row: FlowVersion) -> FlowView:
    same = FlowView.model_fields.keys() & set(FlowVersion.__table__.columns.keys())
    return FlowView.model_validate({name: getattr(row, name) for name in same} | {"label": service.label_of(row.code)})


async def _delivered(session: AsyncSession, code: str) -> list[FlowView]:
    profile, _, chain = code.partition("/")
    by_day = await steps_delivered(session, profile, chain)
    nobody = dict.fromkeys(("id", "proposed_by_name", "decided_by_name", "decided_on"))
    return [
        FlowView.model_validate(
            nobody
            | {"code": code, "label": service.label_of(code), "effective_from": day, "source": DELIVERED}
            | {"state": APPROVED, "number": 0, "based_on": 0, "steps": [row_of(step) for step in steps]}
        )
        for day, steps in sorted(by_day.items(), reverse=True)
    ]


def _identity(view: FlowView) -> str:
    return str(view.id or f"{view.code}:{view.effective_from}")


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    found: Sequence[FlowView] = await views(session, local_date(request.app.ctx.now()))
    shown, following = cut(request, found, _identity)
    return json(FlowPage(items=shown, next=following).model_dump(mode="json"))


@bp.post("/")
@transactional
@idempotent
async def propose(request: Request, session: AsyncSession) -> HTTPResponse:
    command = ProposeFlow.model_validate_json(request.body)
    made = await service.propose(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return json(view_of(made).model_dump(mode="json"), status=201)


@bp.post("/<flow_id:uuid>/decision")
@transactional
@idempotent
async def decide(request: Request, session: AsyncSession, flow_id: UUID) -> HTTPResponse:
    command = DecideFlow.model_validate_json(request.body)
    row = await service.decide(session, flow_id, command, by=request.ctx.principal, now=request.app.ctx.now())
    return json(view_of(row).model_dump(mode="json"))
