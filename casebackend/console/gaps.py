"""知识缺口: opened beside a conversation, decided on a page of their own. The filters stand in the address."""

from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.gaps import DecideGap, OpenGap
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, given_in, go, is_partial, page
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.gaps import deciding, queries, service
from casebackend.gaps.rules import ORIGIN_LABELS, STATE_LABELS, GapState, Origin
from casebackend.paging import cut, one_of

bp = console("gaps")
HERE = "/knowledge/gaps"


@bp.get(HERE)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    state, origin = one_of(GapState, request, "state") or GapState.OPEN, one_of(Origin, request, "origin")
    shown, following = cut(request, await queries.listed(session, state=state, origin=origin), lambda each: each.id)
    return page(
        request,
        "gaps.html",
        rows=await queries.views(session, shown),
        next=following,
        state=state.value,
        origin=origin.value if origin else "",
        states={each.value: label for each, label in STATE_LABELS.items()},
        origins={each.value: label for each, label in ORIGIN_LABELS.items()},
        counts=await queries.counts(session),
        may_decide=may(request, f"{HERE}/{UUID(int=0)}/decision", "POST"),
    )


@bp.post("/console/gaps")
@transactional
async def open_gap(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    command = OpenGap.model_validate(given_in(form, "question", "conversation_id", "message_id"))
    gap = await deciding.open_by_colleague(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    if is_partial(request):
        return page(request, "_gap_opened.html", times=gap.times)
    return go(request, f"/conversations/{gap.conversation_id}" if gap.conversation_id else "/knowledge")


@bp.post(f"{HERE}/<gap_id:uuid>/decision")
@transactional
async def decide(request: Request, session: AsyncSession, gap_id: UUID) -> HTTPResponse:
    form = form_of(request)
    found = await service.held(session, gap_id)
    require_version(form.get("version"), found.row_version)
    command = DecideGap.model_validate(given_in(form, "decision", "article_id", "reason"))
    await deciding.decide(session, found, command, by=request.ctx.principal, now=request.app.ctx.now())
    if found.state == GapState.DRAFTED:
        return go(request, f"/curation/articles/{found.article_id}/1")
    return go(request, f"{HERE}?state={found.state}")
