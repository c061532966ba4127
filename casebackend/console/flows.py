"""内部流程: the steps of each chain by version; a new version is proposed by one, checked, and approved by another."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.flows import DecideFlow, FlowView, ProposeFlow
from casebackend.approvals.rules import PROPOSED, newest
from casebackend.calendar.rules import local_date
from casebackend.cases.deciding import DECISIONS
from casebackend.cases.rules import LIFECYCLE, Move
from casebackend.cases.words import MOVE_LABELS
from casebackend.clocks.queries import all_limits
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.database import locked, reading, transactional
from casebackend.flows import service
from casebackend.flows.routes import views
from casebackend.organisations.rules import LEVEL_NAMES
from casebackend.staff.rules import ROLE_NAMES, Role
from casebackend.workflow.model import FlowVersion
from casebackend.workflow.rules import FOUR_STEP, STANDS, Stand
from casebackend.workflow.service import duty_names

bp = console("flows")
HERE = "/flows"
STATES = {"approved": "已复核", "proposed": "待复核", "refused": "未通过"}
MORE_STEPS, MORE_TAKERS = 2, 2
MOST_STEPS, MOST_TAKERS = 16, 24
ANYWHERE = "不限单位"
STAND_NAMES = {str(each): STANDS[each] or ANYWHERE for each in Stand if each is not Stand.ABOVE}
OF_STEP = ("code", "label", "who", "clock", "working_days", "duty")
DECIDERS = {str(role): ROLE_NAMES[Role(role)] for role in Role if any(
    role in arrow.by for (_, move), arrow in LIFECYCLE.items() if move in DECISIONS
)}  # fmt: skip


def _steps(form: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Rows without a code are empty ones; who decides is said by rows of its own, each naming its step."""
    found: list[dict[str, Any]] = []
    for place in range(MOST_STEPS):
        row: dict[str, Any] = {name: said for name in OF_STEP if (said := form.get(f"s{place}_{name}", "").strip())}
        if "code" not in row or f"s{place}_gone" in form:
            continue
        row |= {name: list(lists.get(f"s{place}_{name}", ())) for name in ("starts_on", "stops_on")}
        found.append(row | {"takes": _takers(row["code"], form, lists)})
    return found


def _takers(code: str, form: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    return [
        {
            "move": form.get(f"t{place}_move", ""),
            "roles": list(lists.get(f"t{place}_roles", ())),
            "stand": form.get(f"t{place}_stand", ""),
            "levels": list(lists.get(f"t{place}_levels", ())),
            "ordinary": f"t{place}_ordinary" in form,
        }
        for place in range(MOST_TAKERS)
        if form.get(f"t{place}_step") == code and lists.get(f"t{place}_roles")
    ]


async def _choices(session: AsyncSession, last: Mapping[str, FlowView]) -> dict[str, Any]:
    clocks = {
        row.code: row.label for row in await all_limits(session) if row.code.startswith(("internal.", "receive."))
    }
    clocks |= {step.clock: step.label for view in last.values() for step in view.steps if step.clock not in clocks}
    return {
        "clocks": clocks,
        "moves": {str(move): MOVE_LABELS[move] for move in Move},
        "decisions": {str(move): MOVE_LABELS[move] for move in DECISIONS},
        "roles": DECIDERS,
        "stands": STAND_NAMES,
        "levels": {str(level): name for level, name in LEVEL_NAMES.items()},
        "duties": duty_names(),
    }


def taken(view: FlowView) -> list[dict[str, Any]]:
    """Who decides, as rows of their own."""
    return [taker.model_dump() | {"step": step.code} for step in view.steps for taker in step.takes]


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    """With `code` the form for a new version of that flow."""
    today = local_date(request.app.ctx.now())
    found = await views(session, today)
    versions = {row.id: row.version for row in await service.all_rows(session)}
    last = newest(found)
    code = str(request.args.get("code") or "")
    codes = await service.codes(session)
    chosen = last.get(code) or (_as_four_steps(last, code) if code in codes else None)
    return page(
        request,
        "flows.html",
        flows=[(each, service.label_of(each), [view for view in found if view.code == each]) for each in codes],
        chosen=chosen,
        takers=taken(chosen) if chosen else [],
        more=(MORE_STEPS, MORE_TAKERS),
        versions=versions,
        states=STATES,
        overtaken={each.id for each in found if each.state == PROPOSED and each.based_on < _number(last, each.code)},
        today=today,
        may_edit=may(request, HERE, "POST"),
        may_decide=may(request, f"{HERE}/{UUID(int=0)}/decision", "POST"),
        **await _choices(session, last),
    )


def _number(last: Mapping[str, FlowView], code: str) -> int:
    return last[code].number if code in last else 0


def _as_four_steps(last: Mapping[str, FlowView], code: str) -> FlowView:
    """What a profile has not said for itself begins with what the four steps say."""
    said = last[f"{FOUR_STEP}/{code.partition('/')[2]}"]
    return said.model_copy(update={"code": code, "label": service.label_of(code), "number": 0})


@bp.post(HERE)
@transactional
async def propose(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    lists = {name: request.form.getlist(name) for name in request.form} if request.form else {}
    given: dict[str, Any] = {
        name: form[name].strip() for name in ("code", "effective_from", "source", "based_on") if form.get(name)
    }
    command = ProposeFlow.model_validate(given | {"steps": _steps(form, lists)})
    await service.propose(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, HERE)


@bp.post(f"{HERE}/<flow_id:uuid>/decision")
@transactional
async def decide(request: Request, session: AsyncSession, flow_id: UUID) -> HTTPResponse:
    form = form_of(request)
    row = await locked(session, FlowVersion, flow_id)
    if row is not None:
        require_version(form.get("version"), row.version)
    command = DecideFlow(approve=form.get("approve") == "yes")
    await service.decide(session, flow_id, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, HERE)
