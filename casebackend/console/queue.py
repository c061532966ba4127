from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.calendar.rules import local_date
from casebackend.cases import lists, search, seeking, views
from casebackend.cases.queues import Queue
from casebackend.cases.rules import HANDLER, HEAD, LEAD, MANAGER, REVIEWER
from casebackend.console import labels, sought
from casebackend.console.query import export_of
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.console.talks import talk_rows
from casebackend.database import reading, transactional
from casebackend.dictionaries.queries import terms
from casebackend.exports import queries as exports
from casebackend.extensions import calling as extensions
from casebackend.handoffs import queries as handoffs
from casebackend.handoffs import service as handoff_service
from casebackend.handoffs.rules import INTAKE, MAY_TAKE_FROM_OTHERS, DutyState
from casebackend.reviews import queries as reviews
from casebackend.reviews.rules import REVIEWERS
from casebackend.staff.duty import BUSY_REASON

bp = console("queue")
TALKS = "talks"
HOT = (Queue.NEAR_DUE, TALKS)
# What the desk opens on by itself: the first of these with anything in it. 已办 and 已结 hold no work.
WORK = (TALKS, Queue.TODO, Queue.REVIEW, Queue.UNASSIGNED, Queue.NEAR_DUE, Queue.DOING, Queue.UNIT)


# Queues that only concern who works them; the four lists of a person come first and are everybody's.
ONLY_FOR = {
    Queue.REVIEW: frozenset({REVIEWER, MANAGER, LEAD}),
    Queue.UNASSIGNED: frozenset({HANDLER, HEAD, LEAD, MANAGER}),
}


@bp.get("/queue")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    may_take = bool(me.roles & (MAY_TAKE_FROM_OTHERS | {INTAKE}))
    tabs = {name: text for name, text in labels.TABS.items() if _concerns(name, me, may_take=may_take)}
    queues = [Queue(name) for name in tabs if name != TALKS]
    counts = {str(name): n for name, n in (await lists.counts(session, me, now=now, queues=queues)).items()}
    waiting = await handoffs.waiting(session, me) if may_take else []
    counts[TALKS] = len(waiting)
    tab = str(request.args.get("tab") or "")
    if tab not in tabs:
        tab = next((str(name) for name in WORK if counts.get(name)), next(iter(tabs)))
    given, asked = sought.read(request)
    words = str(given.get("q", [""])[0])
    here = [("tab", tab), *([("q", words)] if words else [])]
    found, following = [], None
    if tab != TALKS:
        rows, following = await lists.page(
            session,
            me,
            now=now,
            queue=Queue(tab),
            given={"q": [words]} if words else {},
            cursor=request.args.get("cursor"),
        )
        found = await views.rows(session, rows, now=now)
    mine = await handoffs.in_charge_of(session, me.user_id) if tab == TALKS else []
    elsewhere = await _elsewhere(request, session, me)
    return page(
        request,
        "queue.html",
        tab=tab,
        tabs=tabs,
        elsewhere=elsewhere,
        counts={name: _shown(name, count) for name, count in counts.items()},
        hot={name for name in HOT if counts.get(name)},
        words=words,
        rows=found,
        following=sought.address(request, "/queue", [*here, ("cursor", following)], asked) if following else None,
        export=_export(request, [("queue", tab), *here[1:]], asked) if found else None,
        waiting=await talk_rows(session, waiting, me) if tab == TALKS else [],
        mine=await talk_rows(session, mine, me),
        labels=labels,
        today=local_date(now),
        now=now,
        duty=await handoffs.duty_of(session, me.user_id) if may_take else None,
        busy_reasons=[term.name for term in await terms(session, BUSY_REASON)] if may_take else [],
    )


@bp.post("/queue")
async def seek(request: Request) -> HTTPResponse:
    """What was typed goes on as an address in which nobody is named."""
    form = form_of(request)
    words = form.get("q", "").replace("\0", "").strip()[: search.LONGEST_TEXT]
    given = seeking.from_body({"q": [words]}, None)
    tab = form["tab"] if form.get("tab") in labels.TABS else str(Queue.ALL)
    asked = sought.begun(None, request.app.ctx.now())
    return go(request, sought.address(request, "/queue", [("tab", tab), *search.as_pairs(given)], asked))


def _export(request: Request, pairs: list[tuple[str, str]], asked: sought.Search | None) -> str | None:
    return export_of(request, "cases", pairs, at=lambda path, given: sought.address(request, path, given, asked))


async def _elsewhere(request: Request, session: AsyncSession, me: Principal) -> list[tuple[str, str, int]]:
    """What else waits for this person's decision, by its room: no list of cases holds it."""
    rooms = (
        ("/extensions?state=requested", "待审批的延期", extensions.waiting_for(session, me)),
        ("/reviews", "待办的核查", reviews.waiting_for(session, me, REVIEWERS)),
        ("/exports?box=waiting", "待审批的导出", exports.waiting_count(session, me, now=request.app.ctx.now())),
    )
    found = [(href, text, await waiting) for href, text, waiting in rooms]
    return [(href, text, count) for href, text, count in found if count and may(request, href.partition("?")[0])]


def _shown(tab: str, count: int) -> str:
    return lists.shown(count, lists.MOST_COUNTED if tab == TALKS else lists.most_of(Queue(tab)))


def _concerns(name: str, me: Principal, *, may_take: bool) -> bool:
    if name == TALKS:
        return may_take
    return bool(me.roles & ONLY_FOR.get(Queue(name), me.roles))


@bp.post("/duty")
@transactional
async def duty(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    wanted = DutyState(form["state"]) if form.get("state") in set(DutyState) else DutyState.FREE
    reason, now = form.get("reason", "").strip() or None, request.app.ctx.now()
    await handoff_service.set_duty(session, by=request.ctx.principal, state=wanted, reason=reason, now=now)
    return go(request, "/queue")
