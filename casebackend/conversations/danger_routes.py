from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.dangers import DangerRulePage, DangerRuleView, DecideDangerRule, ProposeDangerRule
from casebackend.approvals.rules import APPROVED
from casebackend.calendar.rules import local_date
from casebackend.conversations import danger_changing as changing
from casebackend.conversations.danger import in_force
from casebackend.conversations.danger_rules import rule_of
from casebackend.conversations.model import DangerRule
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.paging import cut

bp = Blueprint("danger_rules", url_prefix="/danger-rules")


def view_of(row: DangerRule, holding: set[object]) -> DangerRuleView:
    view = DangerRuleView.model_validate(row)
    return view.model_copy(update={"in_force": row.state == APPROVED and _version(row) in holding})


def _version(row: DangerRule) -> object:
    return row.code, row.number, row.effective_from


async def views(request: Request, session: AsyncSession) -> list[DangerRuleView]:
    rows = await changing.all_rows(session)
    approved = [row for row in rows if row.state == APPROVED]
    today = in_force([rule_of(row) for row in approved], local_date(request.app.ctx.now()))
    holding: set[object] = {(rule.code, rule.number, rule.effective_from) for rule in today}
    return [view_of(row, holding) for row in rows]


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    shown, following = cut(request, await views(request, session), lambda view: view.id)
    return json(DangerRulePage(items=shown, next=following).model_dump(mode="json"))


@bp.post("/")
@transactional
@idempotent
async def propose(request: Request, session: AsyncSession) -> HTTPResponse:
    command = ProposeDangerRule.model_validate_json(request.body)
    made = await changing.propose(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return json(DangerRuleView.model_validate(made).model_dump(mode="json"), status=201)


@bp.post("/<rule_id:uuid>/decision")
@transactional
@idempotent
async def decide(request: Request, session: AsyncSession, rule_id: UUID) -> HTTPResponse:
    command = DecideDangerRule.model_validate_json(request.body)
    row = await changing.decide(session, rule_id, command, by=request.ctx.principal, now=request.app.ctx.now())
    return json(DangerRuleView.model_validate(row).model_dump(mode="json"))
