"""The fixed reports: a table first, bars beside it, and a way from each number to its cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.reports import Report
from casebackend.calendar.rules import local_date
from casebackend.cases import search, seeking
from casebackend.cases.conditions import CONDITIONS
from casebackend.console import labels
from casebackend.console.menu import Link
from casebackend.console.query import chips_of, export_of, options_of, shown_field
from casebackend.console.rendering import console, page
from casebackend.database import reading
from casebackend.reports import agreement, hints, service
from casebackend.reports.dimensions import UNITS
from casebackend.reports.routes import fixed_of, period_of
from casebackend.reports.rules import BY_LABELS, COMPARABLE, REPORTS, Fixed, Period

bp = console("reports")
HERE = "/reports"
BARS, BAR_HEIGHT, BAR_WIDTH = 40, 34, 100


@dataclass(frozen=True, slots=True)
class Bar:
    """`y` in pixels, `width` in per cent."""

    label: str
    count: int
    y: int
    width: int


def bars_of(report: Report) -> list[Bar]:
    """Of the topmost rows: the ones below are parts of them."""
    rows = [row for row in report.rows if row.level == min(each.level for each in report.rows)][:BARS]
    most = max((row.count for row in rows), default=0)
    return [
        Bar(_name(report, row.label), row.count, place * BAR_HEIGHT, round(row.count * BAR_WIDTH / most) if most else 0)
        for place, row in enumerate(rows)
    ]


def _name(report: Report, label: str) -> str:
    return labels.CHANNELS.get(label, label) if report.name == "channel" or report.by == "channel" else label


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    now = request.app.ctx.now()
    fixed = fixed_of(request.args.get("name") or "region")
    period, given = period_of(request), seeking.from_address(request.args)
    report = await service.report(
        session, request.ctx.principal, fixed, period, given=given, by=request.args.get("by"), now=now
    )
    chosen = [("name", fixed.name), ("from", str(period.first)), ("to", str(period.last))]
    chosen += [("by", report.by)] if report.by else []
    return page(
        request,
        "reports.html",
        **await _scope(session, HERE, given, chosen),
        report=report,
        name=fixed.name,
        tabs=_tabs(fixed.name, period, given),
        ways=_ways(fixed),
        export=export_of(request, fixed.name, [*chosen[1:], *search.as_pairs(given)]),
        drill=_drill(fixed, chosen, given),
        bars=bars_of(report),
        bar_height=BAR_HEIGHT,
        name_of=lambda label: _name(report, label),
        labels=labels,
        today=local_date(now),
        now=now,
    )


@bp.get(f"{HERE}/{agreement.NAME}")
@reading
async def coding(request: Request, session: AsyncSession) -> HTTPResponse:
    period, given = period_of(request), seeking.from_address(request.args)
    report = await agreement.report(session, request.ctx.principal, period, given=given, now=request.app.ctx.now())
    chosen = [("from", str(period.first)), ("to", str(period.last))]
    return page(
        request,
        "coding.html",
        **await _scope(session, f"{HERE}/{agreement.NAME}", given, chosen),
        report=report,
        name=None,
        export=export_of(request, agreement.NAME, [*chosen, *search.as_pairs(given)]),
        tabs=_tabs(agreement.NAME, period, given),
        ways={},
    )


@bp.get(f"{HERE}/{hints.NAME}", name="hints")
@reading
async def of_hints(request: Request, session: AsyncSession) -> HTTPResponse:
    period, given = period_of(request), seeking.from_address(request.args)
    report = await hints.report(session, request.ctx.principal, period, given=given, now=request.app.ctx.now())
    chosen = [("from", str(period.first)), ("to", str(period.last))]
    return page(
        request,
        "hints.html",
        **await _scope(session, f"{HERE}/{hints.NAME}", given, chosen),
        report=report,
        name=None,
        export=None,
        tabs=_tabs(hints.NAME, period, given),
        ways={},
    )


async def _scope(
    session: AsyncSession, action: str, given: search.Given, chosen: list[tuple[str, str]]
) -> dict[str, Any]:
    """What the form above a report shows."""
    held = await options_of(session)
    fields = [shown_field(condition, held, given) for condition in CONDITIONS.values()]
    return {
        "action": action,
        "units": next(field for field in fields if field.name == "unit_tree"),
        "chips": chips_of(action, fields, chosen),
        "others": [pair for pair in search.as_pairs(given) if pair[0] != "unit_tree"],
    }


def _ways(fixed: Fixed) -> Mapping[str, str]:
    if fixed.dimension == "time":
        return {str(by): label for by, label in BY_LABELS.items()}
    return COMPARABLE if fixed.compares else {"": "不展开", **fixed.across}


def _tabs(current: str, period: Period, given: search.Given) -> list[Link]:
    kept = [("from", period.first), ("to", period.last), *search.as_pairs(given)]
    found = [
        Link(f"{HERE}?" + urlencode([("name", each.name), *kept]), each.title, each.name == current)
        for each in REPORTS.values()
    ]
    apart = ((agreement.NAME, agreement.TITLE), (hints.NAME, hints.TITLE))
    return [*found, *(Link(f"{HERE}/{name}?" + urlencode(kept), title, name == current) for name, title in apart)]


def _drill(fixed: Fixed, chosen: list[tuple[str, str]], given: search.Given) -> str | None:
    """Where the name of a unit leads: the same report of that unit and what lies below it."""
    if fixed.dimension not in UNITS:
        return None
    tree = f"{fixed.dimension}_tree"
    kept = [pair for pair in search.as_pairs(given) if pair[0] != tree]
    return f"/reports?{urlencode([*chosen, *kept])}&{tree}="
