from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.cases import queries, views
from casebackend.cases.queries import Queue
from casebackend.console import labels
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.talks import talk_rows
from casebackend.database import reading, transactional
from casebackend.handoffs import queries as handoffs
from casebackend.handoffs import service as handoff_service
from casebackend.handoffs.rules import INTAKE, MAY_TAKE_FROM_OTHERS, DutyState

bp = console("queue")
TALKS = "talks"


@bp.get("/queue")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    may_take = bool(me.roles & (MAY_TAKE_FROM_OTHERS | {INTAKE}))
    counts: dict[str, int] = {str(name): count for name, count in (await queries.counts(session, me, now=now)).items()}
    waiting = await handoffs.waiting(session, me) if may_take else []
    counts[TALKS] = len(waiting)
    tabs = {name: text for name, text in labels.TABS.items() if may_take or name != TALKS}
    tab = str(request.args.get("tab") or "")
    if tab not in tabs:
        tab = next((name for name in tabs if counts.get(name)), next(iter(tabs)))
    words = str(request.args.get("q") or "").strip()[:100]
    found, following = [], None
    if tab != TALKS:
        rows, following = await queries.page(
            session, me, now=now, queue=Queue(tab), text=words, cursor=request.args.get("cursor")
        )
        found = await views.rows(session, rows, now=now)
    mine = await handoffs.in_charge_of(session, me.user_id) if tab == TALKS else []
    return page(
        request,
        "queue.html",
        tab=tab,
        tabs=tabs,
        counts=counts,
        words=words,
        rows=found,
        following=following,
        waiting=await talk_rows(session, waiting) if tab == TALKS else [],
        mine=await talk_rows(session, mine),
        labels=labels,
        today=local_date(now),
        now=now,
        duty=await handoffs.duty_of(session, me.user_id) if may_take else None,
    )


@bp.post("/duty")
@transactional
async def duty(request: Request, session: AsyncSession) -> HTTPResponse:
    wanted = DutyState.BUSY if form_of(request).get("state") == DutyState.BUSY else DutyState.FREE
    await handoff_service.set_duty(session, by=request.ctx.principal, state=wanted, now=request.app.ctx.now())
    return go(request, "/queue")
