"""知识健康度 and 待学问法: how the knowledge is used and what it may learn. Every filter stands in the address."""

from urllib.parse import urlencode
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assist import health
from casebackend.assist.health_routes import DECISIONS, phrasing_views, wanted_of, words_of
from casebackend.calendar.rules import local_date
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.curation import phrasings
from casebackend.curation.rules import PhrasingState
from casebackend.database import reading, transactional
from casebackend.errors import BadRequest
from casebackend.gaps import queries as gaps
from casebackend.paging import cut, one_of
from knowledge.articles import Kind

bp = console("knowledge_health")
HERE = "/knowledge/health"
PERIODS = {"30": "近 30 天", "90": "近 90 天", "365": "近一年", "0": "全部"}


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    now, wanted = request.app.ctx.now(), wanted_of(request)
    found = await health.entries(session, wanted, now=now, today=local_date(now))
    shown, following = cut(request, found, lambda each: each.article_id)
    chosen = _chosen(wanted)
    return page(
        request,
        "knowledge_health.html",
        rows=shown,
        total=len(found),
        next=following,
        wanted=wanted,
        address=lambda **changes: f"{HERE}?{_query(chosen | changes)}",
        behind=lambda row, what: f"{HERE}/uses?{_query(chosen | {'article': row.article_id, 'what': what})}",
        columns=health.LABELS,
        only=health.ONLY_LABELS,
        kinds=list(Kind),
        periods=PERIODS,
        days=str(wanted.days or 0),
        gaps=await gaps.counts(session),
    )


def _chosen(wanted: health.Wanted) -> dict[str, str]:
    return {
        "days": str(wanted.days or 0),
        "kind": wanted.kind or "",
        "only": wanted.only or "",
        "within": str(wanted.within),
        "q": wanted.words,
    }


def _query(values: dict[str, str]) -> str:
    return urlencode({name: value for name, value in values.items() if value})


@bp.get(f"{HERE}/uses")
@reading
async def uses(request: Request, session: AsyncSession) -> HTTPResponse:
    wanted, article = wanted_of(request), words_of(request, "article")
    what = one_of(health.What, request, "what") or health.What.SHOWN
    found = await health.uses(session, wanted, what, article or None, now=request.app.ctx.now())
    shown, following = cut(request, found, lambda each: each.id)
    return page(
        request,
        "knowledge_uses.html",
        rows=await health.use_views(session, shown, request.ctx.principal),
        next=following,
        article=article,
        what=health.LABELS[what],
        query=_query(_chosen(wanted) | {"article": article, "what": what}),
        period=PERIODS.get(str(wanted.days or 0), f"近 {wanted.days} 天"),
        origins={
            "turn": "会话",
            "case": "投诉",
            "asked": "提问",
            "picked": "知识库",
            "bot": "机器人",
            "canned": "常用语",
        },
    )


@bp.get("/knowledge/phrasings")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    state = one_of(PhrasingState, request, "state") or PhrasingState.PROPOSED
    shown, following = cut(request, await phrasings.listed(session, state), lambda each: each.id)
    return page(
        request,
        "phrasings.html",
        rows=await phrasing_views(session, shown, now=request.app.ctx.now()),
        next=following,
        state=state.value,
        states=DECISIONS,
        may_decide=may(request, f"/knowledge/phrasings/{UUID(int=0)}/decision", "POST"),
    )


@bp.post("/knowledge/phrasings/<phrasing_id:uuid>/decision")
@transactional
async def decide(request: Request, session: AsyncSession, phrasing_id: UUID) -> HTTPResponse:
    form = form_of(request)
    decision = form.get("decision")
    if decision not in (PhrasingState.ACCEPTED, PhrasingState.REFUSED):
        raise BadRequest("表单不完整，请刷新页面后重试")
    row = await phrasings.held(session, phrasing_id)
    require_version(form.get("version"), row.row_version)
    me, now = request.ctx.principal, request.app.ctx.now()
    await phrasings.decide(session, row, PhrasingState(decision), by=me, now=now)
    return go(request, "/knowledge/phrasings")


@bp.post("/knowledge/phrasings/<phrasing_id:uuid>/withdrawal")
@transactional
async def withdraw(request: Request, session: AsyncSession, phrasing_id: UUID) -> HTTPResponse:
    row = await phrasings.held(session, phrasing_id)
    require_version(form_of(request).get("version"), row.row_version)
    await phrasings.withdraw(session, row, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/knowledge/phrasings?state={PhrasingState.ACCEPTED}")
