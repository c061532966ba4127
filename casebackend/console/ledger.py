from urllib.parse import urlencode
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.scope import scope_of
from casebackend.calendar.rules import local_date
from casebackend.cases.codes import without_codes
from casebackend.console.rendering import console, page
from casebackend.console.rights import may
from casebackend.database import reading
from casebackend.errors import BadRequest
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
    rows, following = await ledger.rows(session, me, month=month, unit_id=unit_id, cursor=request.args.get("cursor"))
    chosen = {"month": f"{month:%Y-%m}"} | ({"unit": str(unit_id)} if unit_id else {})
    return page(
        request,
        "ledger.html",
        rows=rows,
        count=await ledger.count(session, me, month=month, unit_id=unit_id),
        following=f"/ledger?{urlencode(chosen | {'cursor': following})}" if following else None,
        refused=[row for row in rows if row.coded.faults],
        without_codes=await without_codes(session, ledger.last_of(month)),
        month=f"{month:%Y-%m}",
        unit=str(unit_id) if unit_id else "",
        units=units,
        headings=ledger.HEADINGS,
        now=now,
        may_export=may(request, "/ledger.csv"),
    )


@bp.get("/ledger.csv")
@reading
async def export(request: Request, session: AsyncSession) -> HTTPResponse:
    """An old address: like every other export it is asked for, with its purpose."""
    text, unit_id = _asked(request)
    month = ledger.month_of(text, local_date(request.app.ctx.now()))
    chosen = {"month": f"{month:%Y-%m}"} | ({"unit": str(unit_id)} if unit_id else {})
    return redirect(f"/exports/new/ledger?{urlencode(chosen)}")
