"""导出: asked for from a list or a report, decided by a second person, downloaded by whoever asked."""

from urllib.parse import urlencode
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.exports import AskExport, DecideExport
from casebackend.calendar.rules import local_date
from casebackend.console import sought
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, go, page
from casebackend.database import reading, transactional
from casebackend.exports import deciding, gathering, queries, rules, selection, service, words
from casebackend.exports.queries import Box
from casebackend.exports.routes import asked, download, refusals_noted
from casebackend.exports.rules import Format, Kind
from casebackend.paging import PAGE

bp = console("exports")
HOME = "/exports"
FORMATS = {Format.XLSX: "Excel 工作簿（XLSX）", Format.CSV: "逗号分隔的文本（CSV）"}
TONES = {
    "waiting": "wait", "queued": "busy", "ready": "good", "rejected": "bad", "failed": "bad", "withdrawn": "done",
    "expired": "done",
}  # fmt: skip


@bp.get(HOME)
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    given = str(request.args.get("box") or Box.MINE)
    box = Box(given) if given in set(Box) else Box.MINE
    found, following = await queries.page(session, me, box, now=now, cursor=request.args.get("cursor"), limit=PAGE)
    limits = await queries.limits(session, now)
    return page(
        request,
        "exports.html",
        box=box,
        approves=bool(me.roles & limits.approvers),
        waiting=await queries.waiting_count(session, me, now=now),
        items=await queries.views(session, found, me, now=now),
        following=f"{HOME}?{urlencode({'box': box, 'cursor': following})}" if following else None,
        tones=TONES,
        limits=limits,
        reason_most=rules.REASON_MOST,
    )


@bp.get(f"{HOME}/new/<what:str>")
@reading
async def new(request: Request, session: AsyncSession, what: str) -> HTTPResponse:
    """`what` is the list of cases, or the name of a report; the conditions are those of its address."""
    me, now = request.ctx.principal, request.app.ctx.now()
    kind, report = (Kind(what), None) if what in set(Kind) - {Kind.REPORT} else (Kind.REPORT, what)
    service.require_may(kind, me)
    chosen = selection.read(kind, report, sought.query_of(request), today=local_date(now))
    limits = await queries.limits(session, now)
    rows = await gathering.count(session, me, chosen, as_of=now, most=limits.most_rows)
    asked_today, free = await queries.asked_today(session, me.user_id, now)
    return page(
        request,
        "export_new.html",
        chosen=chosen,
        filter=await words.for_people(session, chosen.pairs, queries.EXTRA),
        rows=rows,
        limits=limits,
        asked_today=asked_today,
        approval=limits.needs_approval(rows, free_today=free),
        formats=FORMATS,
        least=rules.PURPOSE_LEAST,
        most=rules.PURPOSE_MOST,
    )


@bp.post(HOME)
@refusals_noted
@transactional
async def ask(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    command = AskExport.model_validate(
        {name: form.get(name, "") for name in ("kind", "format", "query", "purpose")}
        | {"report": form.get("report") or None}
    )
    await asked(request, session, command)
    return go(request, HOME)


@bp.post(f"{HOME}/<export_id:uuid>/decision")
@refusals_noted
@transactional
async def decide(request: Request, session: AsyncSession, export_id: UUID) -> HTTPResponse:
    me, form, now = request.ctx.principal, form_of(request), request.app.ctx.now()
    found = await service.found(session, export_id, me, now=now, to_change=True)
    require_version(form.get("version"), found.version)
    command = DecideExport.model_validate({name: form.get(name, "").strip() for name in ("decision", "reason")})
    await deciding.decide(session, found, command, by=me, now=now)
    mine = command.decision == "withdraw"
    return go(request, HOME if mine else f"{HOME}?box={Box.WAITING}")


@bp.get(f"{HOME}/<export_id:uuid>/file")
@refusals_noted
async def file(request: Request, export_id: UUID) -> None:
    await download(request, export_id)
