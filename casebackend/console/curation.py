"""知识维护: the inbox, requests for change, and what a new version affects."""

from typing import Any
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.curation import AskChange, DecideChange, DraftArticle
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, given_in, go, page
from casebackend.console.rights import may
from casebackend.curation import impacts, inbox, queries, reading, requests, service
from casebackend.curation.model import ChangeRequest, Impact
from casebackend.curation.rules import EVERYBODY, RequestState
from casebackend.database import reading as reads
from casebackend.database import transactional
from casebackend.impacts import leaning
from casebackend.impacts import service as impacts_of
from casebackend.paging import one_of
from casebackend.staff.queries import names
from knowledge.articles import Kind

bp = console("curation")
HERE = "/curation"
TABS = {
    "todo": "待我处理",
    "drafts": "我的草稿",
    "scheduled": "待发布/定时",
    "requests": "变更申请",
    "impacts": "受影响",
    "expiring": "即将到期",
}
REVIEWED = {"1": True, "0": False}
TONES = {
    "draft": "plain", "submitted": "wait", "checked": "wait", "approved": "busy", "published": "good",
    "returned": "bad", "retired": "done", "withdrawn": "done",
}  # fmt: skip


@bp.get(HERE)
@reads
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    """Everything in the URL: tab, unit (of requests), article and reviewed (of what is affected), cursor."""
    me, now = request.ctx.principal, request.app.ctx.now()
    tab = str(request.args.get("tab") or "todo")
    tab = tab if tab in TABS else "todo"
    counts = await inbox.counts(session, me, now=now)
    return page(
        request,
        "curation.html",
        tab=tab,
        tabs=TABS,
        counts=counts,
        tones=TONES,
        may_draft=may(request, HERE, "POST"),
        **await _shown(request, session, tab),
    )


async def _shown(request: Request, session: AsyncSession, tab: str) -> dict[str, Any]:
    me, now = request.ctx.principal, request.app.ctx.now()
    if tab == "requests":
        return await _requests(request, session)
    if tab == "impacts":
        return await _impacts(request, session)
    rows = {
        "todo": lambda: inbox.todo(session, me, now=now),
        "drafts": lambda: inbox.drafts(session, me),
        "scheduled": lambda: inbox.scheduled(session),
        "expiring": lambda: inbox.expiring(session, now=now),
    }
    return {"rows": await reading.summaries(session, await rows[tab]()), "next": None}


async def _requests(request: Request, session: AsyncSession) -> dict[str, Any]:
    unit, now = one_of(UUID, request, "unit"), request.app.ctx.now()
    state = one_of(RequestState, request, "state") or RequestState.OPEN
    found, following = await reading.requests(
        session, state=state, unit_id=unit, cursor=request.args.get("cursor"), limit=30
    )
    units = await queries.asking_units(session)
    return {
        "rows": await reading.request_views(session, found, now=now), "next": following, "state": state.value,
        "unit": str(unit) if unit else "", "units": await reading.unit_names(session, set(units)),
        "may_decide": may(request, f"{HERE}/requests/{UUID(int=0)}/decision", "POST"),
    }  # fmt: skip


async def _impacts(request: Request, session: AsyncSession) -> dict[str, Any]:
    """By entry, so that whoever knows it looks at all of its cases at once."""
    article = str(request.args.get("article") or "") or None
    reviewed = bool(one_of(REVIEWED.__getitem__, request, "reviewed"))
    found, following = await reading.impacts(
        session, article_id=article, reviewed=reviewed, cursor=request.args.get("cursor"), limit=100
    )
    people = await names(session, (row.reviewed_by for row in found))
    titles = await queries.titles(session, {row.article_id for row in found})
    ids = {row.case_id for row in found if row.case_id}
    numbers = await impacts_of.numbers_of(session, request.ctx.principal, ids)
    reaches = await leaning.reaches(session, {row.reply_id for row in found if row.reply_id})
    groups: dict[str, list[tuple[Impact, str | None]]] = {}
    for row in found:
        groups.setdefault(row.article_id, []).append((row, numbers.get(row.case_id) if row.case_id else None))
    return {
        "groups": groups, "titles": titles, "reaches": reaches, "next": following, "article": article,
        "reviewed": reviewed, "people": people,
    }  # fmt: skip


@bp.get(f"{HERE}/new")
@reads
async def begin(request: Request, session: AsyncSession) -> HTTPResponse:
    """A new entry, or a new version of the entry `id`."""
    article_id = str(request.args.get("id") or "")
    title = (await queries.titles(session, {article_id})).get(article_id) if article_id else None
    return page(request, "curation_new.html", article_id=article_id if title else "", title=title, kinds=list(Kind))


@bp.post(HERE)
@transactional
async def draft(request: Request, session: AsyncSession) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    command = DraftArticle.model_validate(given_in(form_of(request), "id", "kind", "title"))
    fields = command.fields()
    row = await service.draft(session, fields, by=me, now=now)
    return go(request, f"{HERE}/articles/{row.id}/{row.version}")


@bp.get(f"{HERE}/requests")
@reads
async def own_requests(request: Request, session: AsyncSession) -> HTTPResponse:
    """For every colleague: what the own unit has asked for, and the form."""
    me, now = request.ctx.principal, request.app.ctx.now()
    article_id = str(request.args.get("article") or "")
    title = (await queries.titles(session, {article_id})).get(article_id) if article_id else None
    found: list[ChangeRequest] = []
    following = None
    if me.organisation_id is not None:
        found, following = await reading.requests(
            session, unit_id=me.organisation_id, cursor=request.args.get("cursor"), limit=30
        )
    return page(
        request,
        "curation_requests.html",
        article_id=article_id if title else "",
        title=title,
        rows=await reading.request_views(session, found, now=now),
        next=following,
        works=bool(me.roles & EVERYBODY),
    )


@bp.post(f"{HERE}/requests")
@transactional
async def request_change(request: Request, session: AsyncSession) -> HTTPResponse:
    command = AskChange.model_validate(given_in(form_of(request), "article_id", "text", "basis"))
    me, now = request.ctx.principal, request.app.ctx.now()
    await requests.request_change(session, command.article_id, command.text, command.basis, me, now)
    return go(request, f"{HERE}/requests")


@bp.post(f"{HERE}/requests/<change_request_id:uuid>/decision")
@transactional
async def decide(request: Request, session: AsyncSession, change_request_id: UUID) -> HTTPResponse:
    form, me, now = form_of(request), request.ctx.principal, request.app.ctx.now()
    row = await requests.held(session, change_request_id)
    require_version(form.get("version"), row.row_version)
    given = given_in(form, "state", "answer", "article_id")
    command = DecideChange.model_validate(given | {"version": form.get("answered_version") or None})
    version = (command.article_id, command.version) if command.article_id and command.version else None
    state = RequestState(command.state)
    await requests.decide(session, row, state, answer=command.answer, version=version, by=me, now=now)
    return go(request, f"{HERE}?tab=requests")


@bp.post(f"{HERE}/impacts/<impact_id:uuid>/review")
@transactional
async def review(request: Request, session: AsyncSession, impact_id: UUID) -> HTTPResponse:
    row = await impacts.held(session, impact_id)
    require_version(form_of(request).get("version"), row.row_version)
    await impacts.review(session, row, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{HERE}?tab=impacts")
