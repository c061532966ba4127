from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.scope import scope_of
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.cases.codes import without_codes
from casebackend.console.rendering import console, page
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest
from casebackend.exports import service as exports
from casebackend.exports.routes import refusals_noted
from casebackend.organisations.queries import tree
from casebackend.registration import ledger

bp = console("ledger")


def _asked(request: Request) -> tuple[str | None, UUID | None]:
    try:
        return request.args.get("month"), UUID(request.args.get("unit")) if request.args.get("unit") else None
    except ValueError:
        raise BadRequest("机构不正确") from None


@bp.get("/ledger")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    text, unit_id = _asked(request)
    month = ledger.month_of(text, local_date(now))
    scope = await scope_of(session, me)
    units = [
        (str(unit.id), "　" * depth + unit.name)
        for unit, depth in (await tree(session)).in_order()
        if scope.allows(unit.id)
    ]
    rows = await ledger.rows(session, me, month=month, unit_id=unit_id)
    return page(
        request,
        "ledger.html",
        rows=rows,
        refused=[row for row in rows if row.coded.faults],
        without_codes=await without_codes(session, ledger.last_of(month)),
        month=f"{month:%Y-%m}",
        unit=str(unit_id) if unit_id else "",
        units=units,
        headings=ledger.HEADINGS,
        now=now,
    )


@bp.get("/ledger.csv")
@refusals_noted
@transactional
async def export(request: Request, session: AsyncSession) -> HTTPResponse:
    """Whoever takes data out of the house leaves a line in the audit."""
    me, now = request.ctx.principal, request.app.ctx.now()
    text, unit_id = _asked(request)
    month = ledger.month_of(text, local_date(now))
    found = await ledger.rows(session, me, month=month, unit_id=unit_id)
    await exports.require_small(session, len(found), by=me, now=now)
    refused = sum(bool(row.coded.faults) for row in found)
    detail: dict[str, object] = {
        "month": f"{month:%Y-%m}", "unit": str(unit_id) if unit_id else None, "rows": len(found), "refused": refused
    }  # fmt: skip
    await audit.record(
        session, chain="exports", event="ledger.exported", actor=me.actor, object="ledger", now=now, detail=detail
    )
    headers = {"Content-Disposition": f'attachment; filename="ledger-{month:%Y-%m}.csv"'}
    return HTTPResponse(ledger.as_csv(found), content_type="text/csv; charset=utf-8", headers=headers)
