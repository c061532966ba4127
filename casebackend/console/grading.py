"""定级与优先规则: what makes a complaint grave or first in line; a new version is proposed by one and approved by
another."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.grading import DecideGradingRule, ProposeGradingRule
from casebackend.approvals.rules import PROPOSED, newest
from casebackend.calendar.rules import local_date
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.conversations.danger_rules import all_rules as all_dangers
from casebackend.database import locked, reading, transactional
from casebackend.grading import changing, conditions
from casebackend.grading.model import GradingRule
from casebackend.grading.routes import views
from casebackend.grading.rules import Severity
from casebackend.matters.catalogue import catalogue
from casebackend.parties.rules import TIER_LABELS
from casebackend.people.files import listed

bp = console("grading_rules")
HERE = "/grading"
PURPOSES = {
    "severity": "等级：多条命中时取较重的；未命中为一般投诉", "lane": "优先办理：只改变办理次序，不改变法定时限",
    "flag": "提示：给承办人看的客户情况，不影响等级和次序",
}  # fmt: skip
STATES = {"approved": "已复核", "proposed": "待复核", "refused": "未通过"}
NUMBERS = ("amount_from", "group_from", "age_from", "age_under")


async def _choices(session: AsyncSession) -> dict[str, dict[str, str]]:
    """What a condition may name, with its words."""
    kinds = sorted({rule.kind for rule in await all_dangers(session) if rule.use == "danger"})
    return {
        "sources": {code: source.label for code, source in catalogue().sources.items()},
        "tiers": {str(tier): label for tier, label in TIER_LABELS.items()},
        "dangers": {kind: kind for kind in kinds},
    }


def said(when: Mapping[str, Any], choices: Mapping[str, Mapping[str, str]]) -> str:
    name = conditions.condition_of(when)
    if name in conditions.FIXED:
        return conditions.LABELS[name]
    value = when[name]
    if isinstance(value, list):
        names = choices.get(name, {})
        return f"{conditions.LABELS[name]}：{'、'.join(names.get(each, each) for each in value)}"
    return f"{conditions.LABELS[name]}：{value}"


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    """With `code` the form for a new version of that rule."""
    today = local_date(request.app.ctx.now())
    found, choices = await views(session, today), await _choices(session)
    versions = {row.id: row.version for row in await changing.all_rows(session)}
    code = str(request.args.get("code") or "")
    last = newest(found)
    chosen = last.get(code)
    return page(
        request,
        "grading.html",
        groups=[(text, [each for each in found if each.purpose == name]) for name, text in PURPOSES.items()],
        said={each.id: said(each.when, choices) for each in found},
        states=STATES,
        labels=conditions.LABELS,
        fixed=conditions.FIXED,
        severities=[each.value for each in Severity if each is not Severity.ORDINARY],
        choices=choices,
        condition=conditions.condition_of(chosen.when) if chosen else None,
        versions=versions,
        chosen=chosen,
        overtaken={each.id for each in found if each.state == PROPOSED and each.based_on < last[each.code].number},
        today=today,
        may_edit=may(request, HERE, "POST"),
        may_decide=may(request, f"{HERE}/{UUID(int=0)}/decision", "POST"),
    )


@bp.post(HERE)
@transactional
async def propose(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    given: dict[str, Any] = {
        name: form[name].strip()
        for name in ("code", "severity", "effective_from", "source", "based_on", *NUMBERS)
        if form.get(name, "").strip()
    }
    if "keywords" in form:
        given["keywords"] = listed(form["keywords"])
    given |= {
        name: request.form.getlist(name) for name in ("sources", "tiers", "dangers") if request.form and name in form
    }
    command = ProposeGradingRule.model_validate(given | {"active": form.get("ends") != "yes"})
    await changing.propose(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, HERE)


@bp.post(f"{HERE}/<rule_id:uuid>/decision")
@transactional
async def decide(request: Request, session: AsyncSession, rule_id: UUID) -> HTTPResponse:
    form = form_of(request)
    row = await locked(session, GradingRule, rule_id)
    if row is not None:
        require_version(form.get("version"), row.version)
    command = DecideGradingRule(approve=form.get("approve") == "yes")
    await changing.decide(session, rule_id, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, HERE)
