"""How long what is kept, and until when each ended case is."""

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.retention import AddPolicy, ArchivedView, ArchivePage, PolicyPage, PolicyView
from casebackend.calendar.rules import local_date
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.matters.catalogue import catalogue
from casebackend.paging import cut, limit_of, one_of
from casebackend.retention import queries, service
from casebackend.retention.queries import Archived

bp = Blueprint("retention", url_prefix="/retention")


@bp.get("/policies")
@reading
async def policies(request: Request, session: AsyncSession) -> HTTPResponse:
    shown, following = cut(request, await queries.policy_rows(session), lambda row: row.id)
    answer = PolicyPage(items=[PolicyView.model_validate(row) for row in shown], next=following)
    return json(answer.model_dump(mode="json"))


@bp.post("/policies")
@transactional
@idempotent
async def add_policy(request: Request, session: AsyncSession) -> HTTPResponse:
    command, by, now = AddPolicy.model_validate_json(request.body), request.ctx.principal, request.app.ctx.now()
    made = await service.add_policy(session, command, matters=catalogue().matters, by=by, now=now)
    return json(PolicyView.model_validate(made).model_dump(mode="json"), status=201)


@bp.get("/archive")
@reading
async def archive(request: Request, session: AsyncSession) -> HTTPResponse:
    """Ended cases, the latest first; with held=yes only those under a hold."""
    today, only = local_date(request.app.ctx.now()), one_of({"yes": True, "no": False}.__getitem__, request, "held")
    found, following = await queries.archive(
        session, today, held_only=bool(only), cursor=request.args.get("cursor"), limit=limit_of(request)
    )
    return json(ArchivePage(items=[view(each) for each in found], next=following).model_dump(mode="json"))


def view(each: Archived) -> ArchivedView:
    case = each.case
    return ArchivedView(
        number=case.number,
        matter_type=case.matter_type,
        status=case.status,
        ended_at=case.closed_at or case.status_changed_at,
        until=each.until,
        held=each.held,
        redacted=each.redacted,
    )
