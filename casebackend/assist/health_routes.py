"""How the knowledge is used, and what it may learn."""

from datetime import datetime
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.knowledge_health import DecidePhrasing, HealthPage, PhrasingPage, PhrasingView, UsePage
from casebackend.assist import health
from casebackend.calendar.rules import local_date
from casebackend.curation import phrasings
from casebackend.curation.model import Article, Phrasing
from casebackend.curation.reading import match_view
from casebackend.curation.rules import PhrasingState
from casebackend.database import reading, transactional
from casebackend.paging import count, cut, one_of
from casebackend.staff import queries as staff
from knowledge.articles import Kind

bp = Blueprint("health_of_knowledge")
phrasings_bp = Blueprint("phrasings")
LONGEST_FILTER = 120
DECISIONS: dict[str, str] = {"proposed": "待确认", "accepted": "已加入", "refused": "未采纳", "withdrawn": "已收回"}


def wanted_of(request: Request) -> health.Wanted:
    """`days=0`: since the beginning."""
    usual = health.Wanted()
    days, within = one_of(count, request, "days"), one_of(count, request, "within")
    return health.Wanted(
        days=usual.days if days is None else min(days, 3_650) or None,
        within=min(within, 3_650) if within is not None else usual.within,
        kind=one_of(Kind, request, "kind"),
        only=one_of(health.Only, request, "only"),
        words=words_of(request, "q"),
    )


def words_of(request: Request, name: str) -> str:
    return str(request.args.get(name) or "").replace("\0", "").strip()[:LONGEST_FILTER]


@bp.get("/knowledge/health")
@reading
async def entries(request: Request, session: AsyncSession) -> HTTPResponse:
    now = request.app.ctx.now()
    found = await health.entries(session, wanted_of(request), now=now, today=local_date(now))
    shown, following = cut(request, found, lambda each: each.article_id)
    return json(HealthPage(items=shown, next=following).model_dump(mode="json"))


@bp.get("/knowledge/health/uses")
@reading
async def uses(request: Request, session: AsyncSession) -> HTTPResponse:
    what = one_of(health.What, request, "what") or health.What.SHOWN
    article = words_of(request, "article") or None
    found = await health.uses(session, wanted_of(request), what, article, now=request.app.ctx.now())
    shown, following = cut(request, found, lambda each: each.id)
    views = await health.use_views(session, shown, request.ctx.principal)
    return json(UsePage(items=views, next=following).model_dump(mode="json"))


@phrasings_bp.get("/phrasings")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    found = await phrasings.listed(session, one_of(PhrasingState, request, "state"))
    shown, following = cut(request, found, lambda each: each.id)
    views = await phrasing_views(session, shown, now=request.app.ctx.now())
    return json(PhrasingPage(items=views, next=following).model_dump(mode="json"))


@phrasings_bp.post("/phrasings/<phrasing_id:uuid>/decision")
@transactional
@preconditions.conditional
async def decide(request: Request, session: AsyncSession, phrasing_id: UUID) -> HTTPResponse:
    command = DecidePhrasing.model_validate_json(request.body)
    row = await phrasings.held(session, phrasing_id)
    preconditions.require(preconditions.wanted(request), row.row_version)
    state = PhrasingState(command.decision)
    await phrasings.decide(session, row, state, by=request.ctx.principal, now=request.app.ctx.now())
    return await _answer(request, session, row)


@phrasings_bp.post("/phrasings/<phrasing_id:uuid>/withdrawal")
@transactional
@preconditions.conditional
async def withdraw(request: Request, session: AsyncSession, phrasing_id: UUID) -> HTTPResponse:
    row = await phrasings.held(session, phrasing_id)
    preconditions.require(preconditions.wanted(request), row.row_version)
    await phrasings.withdraw(session, row, by=request.ctx.principal, now=request.app.ctx.now())
    return await _answer(request, session, row)


async def _answer(request: Request, session: AsyncSession, row: Phrasing) -> HTTPResponse:
    [view] = await phrasing_views(session, [row], now=request.app.ctx.now())
    return preconditions.tagged(json(view.model_dump(mode="json")), row.row_version)


async def phrasing_views(session: AsyncSession, rows: list[Phrasing], *, now: datetime) -> list[PhrasingView]:
    waiting = [row for row in rows if row.state == PhrasingState.PROPOSED]
    elsewhere = await phrasings.answered_elsewhere(session, waiting, now=now) if waiting else {}
    names = await staff.names(session, {row.decided_by for row in rows})
    told = await session.execute(
        select(Article.id, Article.title)
        .where(Article.id.in_({row.article_id for row in rows}))
        .order_by(Article.version)
    )
    titles: dict[str, str] = {id: title for id, title in told}
    return [
        PhrasingView(
            id=row.id,
            article_id=row.article_id,
            title=titles.get(row.article_id, row.article_id),
            text=row.text,
            state=row.state,
            state_label=DECISIONS[row.state],
            proposed_at=row.proposed_at,
            decided_by=names.get(row.decided_by) if row.decided_by else None,
            decided_at=row.decided_at,
            conflicts=[match_view(each) for each in elsewhere[row.id][1]] if row.id in elsewhere else [],
            version=row.row_version,
        )
        for row in rows
    ]
