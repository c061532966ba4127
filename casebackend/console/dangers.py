"""安全与情绪规则: what is heard in the words of customers, who reviewed it and when; a new version is proposed by one
and approved by another."""

from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.dangers import DecideDangerRule, ProposeDangerRule
from casebackend.approvals.rules import PROPOSED, newest
from casebackend.calendar.rules import local_date
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.conversations import danger_changing as changing
from casebackend.conversations.danger_routes import views
from casebackend.conversations.model import DangerRule
from casebackend.database import locked, reading, transactional
from casebackend.handoffs.rules import REASONS
from casebackend.notifications import words
from casebackend.people.files import listed

bp = console("danger_rules")
HERE = "/dangers"
USES = {
    "danger": "危险：先说安全提示，同时转人工优先接待", "stirred": "情绪：先安抚，达到次数转人工优先接待",
    "general": "例外：命中时不按上面的规则处理", "anger": "气话：先从话里去掉",
    "taken": "气话之外确有损失：仍按危险处理", "aside": "旁话：先从话里去掉，其余照常判断",
    "doubt": "旁话之外说到眼前的危险：旁话不去掉",
}  # fmt: skip
STATES = {"approved": "已复核", "proposed": "待复核", "refused": "未通过"}


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    """With `code` the form for a new version of that rule."""
    found = await views(request, session)
    versions = {row.id: row.version for row in await changing.all_rows(session)}
    code = str(request.args.get("code") or "")
    last = newest(found)
    chosen = last.get(code)
    return page(
        request,
        "dangers.html",
        groups=[(text, [each for each in found if each.use == use]) for use, text in USES.items()],
        states=STATES,
        reasons=REASONS,
        said={each.text: words.words(each.text, when="……") for each in found if each.text},
        versions=versions,
        chosen=chosen,
        overtaken={each.id for each in found if each.state == PROPOSED and each.based_on < last[each.code].number},
        today=local_date(request.app.ctx.now()),
        may_edit=may(request, HERE, "POST"),
        may_decide=may(request, f"{HERE}/{UUID(int=0)}/decision", "POST"),
    )


@bp.post(HERE)
@transactional
async def propose(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    names = ("code", "at_words", "at_turns", "within_hours", "effective_from", "effective_until", "source", "based_on")
    given: dict[str, Any] = {name: form[name] for name in names if form.get(name)}
    command = ProposeDangerRule.model_validate(given | {"phrases": listed(form.get("phrases", ""))})
    await changing.propose(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, HERE)


@bp.post(f"{HERE}/<rule_id:uuid>/decision")
@transactional
async def decide(request: Request, session: AsyncSession, rule_id: UUID) -> HTTPResponse:
    form = form_of(request)
    row = await locked(session, DangerRule, rule_id)
    if row is not None:
        require_version(form.get("version"), row.version)
    command = DecideDangerRule(approve=form.get("approve") == "yes")
    await changing.decide(session, rule_id, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, HERE)
