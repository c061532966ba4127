from datetime import date, datetime, timedelta

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.audit import AuditEntryView, AuditPage
from casebackend.audit import queries
from casebackend.audit.queries import Found, Wanted
from casebackend.database import reading
from casebackend.paging import BadFilter, limit_of, one_of

bp = Blueprint("audit")
LONGEST = 120
LONGEST_PERIOD = timedelta(days=366)


def wanted_by(request: Request) -> Wanted:
    now: datetime = request.app.ctx.now()
    today = now.astimezone(queries.SHANGHAI).date()
    since = one_of(date.fromisoformat, request, "from") or today - queries.PERIOD
    until = one_of(date.fromisoformat, request, "to") or today
    if since > until or until - since > LONGEST_PERIOD or since.year < 2000:
        raise BadFilter("from")
    return Wanted(since, until, *(_word(request, name) for name in ("actor", "event", "object", "address", "role")))


def _word(request: Request, name: str) -> str:
    word = str(request.args.get(name) or "").strip()
    if len(word) > LONGEST or "\0" in word or not word.encode(errors="replace").decode() == word:
        raise BadFilter(name)
    return word


async def found_by(request: Request, session: AsyncSession, wanted: Wanted, chain: str | None) -> Found:
    cursor = request.args.get("cursor")
    return await queries.entries(session, wanted, chain=chain, cursor=cursor, limit=limit_of(request))


@bp.get("/audit")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """With an object its whole history, whatever the period; otherwise what happened in the period."""
    wanted = wanted_by(request)
    found = await found_by(request, session, wanted, await queries.chain_of(session, wanted.object))
    items = [AuditEntryView.model_validate(each) for each in found.entries]
    return json(AuditPage(items=items, next=found.next).model_dump(mode="json"))
