from datetime import date

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.reports import ReportBrief, ReportList
from casebackend.calendar.rules import local_date
from casebackend.cases import search, seeking
from casebackend.cases.predicates import Kind
from casebackend.database import reading
from casebackend.errors import NotFound
from casebackend.paging import BadFilter, cut
from casebackend.reports import agreement, hints, service
from casebackend.reports.rules import REPORTS, Fixed, Period

bp = Blueprint("reports", url_prefix="/reports")


class ReportNotFound(NotFound):
    slug = "report-not-found"

    def __init__(self) -> None:
        super().__init__("没有这张报表")


def fixed_of(name: str) -> Fixed:
    if name not in REPORTS:
        raise ReportNotFound
    return REPORTS[name]


def period_of(request: Request) -> Period:
    """From the parameters `from` and `to`; without them this month until today."""
    today = local_date(request.app.ctx.now())
    last = _day(request, "to") or today
    first = _day(request, "from") or last.replace(day=1)
    if first > last:
        raise BadFilter("to")
    return Period(first, last)


def _day(request: Request, name: str) -> date | None:
    words = [word.strip() for word in request.args.getlist(name, []) if word.strip()]
    day: date | None = search.parsed(name, Kind.DAY, words, choices={}, many=False)[0] if words else None
    return day


@bp.get("/")
@reading
async def listing(request: Request, _: AsyncSession) -> HTTPResponse:
    shown, following = cut(request, list(REPORTS.values()), lambda each: each.name)
    found = [ReportBrief(name=each.name, title=each.title, definition=each.definition) for each in shown]
    return json(ReportList(items=found, next=following).model_dump(mode="json"))


@bp.get(f"/{agreement.NAME}")
@reading
async def coding(request: Request, session: AsyncSession) -> HTTPResponse:
    """Takes from, to and every condition of a list of cases."""
    period, given = period_of(request), seeking.from_address(request.args)
    me, now = request.ctx.principal, request.app.ctx.now()
    answer = await agreement.report(session, me, period, given=given, now=now)
    return json(answer.model_dump(mode="json"))


@bp.get(f"/{hints.NAME}", name="hints")
@reading
async def of_hints(request: Request, session: AsyncSession) -> HTTPResponse:
    """Takes from, to and every condition of a list of cases."""
    period, given = period_of(request), seeking.from_address(request.args)
    me, now = request.ctx.principal, request.app.ctx.now()
    answer = await hints.report(session, me, period, given=given, now=now)
    return json(answer.model_dump(mode="json"))


@bp.get("/<name:str>")
@reading
async def report(request: Request, session: AsyncSession, name: str) -> HTTPResponse:
    """Takes from, to, by and every condition of a list of cases."""
    answer = await service.report(
        session,
        request.ctx.principal,
        fixed_of(name),
        period_of(request),
        given=seeking.from_address(request.args),
        by=request.args.get("by"),
        now=request.app.ctx.now(),
    )
    return json(answer.model_dump(mode="json"))
