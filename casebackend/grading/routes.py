from datetime import date
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.grading import DecideGradingRule, GradingRulePage, GradingRuleView, ProposeGradingRule
from casebackend.approvals.rules import APPROVED
from casebackend.calendar.rules import local_date
from casebackend.database import reading, transactional
from casebackend.grading import changing
from casebackend.grading.model import GradingRule
from casebackend.grading.queries import all_rules, rule_of
from casebackend.grading.rules import in_force
from casebackend.idempotency import idempotent
from casebackend.paging import cut

bp = Blueprint("grading_rules", url_prefix="/grading-rules")


async def views(session: AsyncSession, today: date) -> list[GradingRuleView]:
    holding = in_force(await all_rules(session), today)
    shown: set[str] = set()
    found = []
    for row in await changing.all_rows(session):
        holds = row.state == APPROVED and row.code not in shown and rule_of(row) in holding
        if holds:
            shown.add(row.code)
        found.append(view_of(row, holds=holds))
    return found


def view_of(row: GradingRule, *, holds: bool = False) -> GradingRuleView:
    return GradingRuleView.model_validate(row).model_copy(update={"in_force": holds})


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    found = await views(session, local_date(request.app.ctx.now()))
    shown, following = cut(request, found, lambda view: view.id)
    return json(GradingRulePage(items=shown, next=following).model_dump(mode="json"))


@bp.post("/")
@transactional
@idempotent
async def propose(request: Request, session: AsyncSession) -> HTTPResponse:
    command = ProposeGradingRule.model_validate_json(request.body)
    made = await changing.propose(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return json(view_of(made).model_dump(mode="json"), status=201)


@bp.post("/<rule_id:uuid>/decision")
@transactional
@idempotent
async def decide(request: Request, session: AsyncSession, rule_id: UUID) -> HTTPResponse:
    command = DecideGradingRule.model_validate_json(request.body)
    row = await changing.decide(session, rule_id, command, by=request.ctx.principal, now=request.app.ctx.now())
    return json(view_of(row).model_dump(mode="json"))
