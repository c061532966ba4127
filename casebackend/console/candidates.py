"""案例候选: what closed complaints offer to the knowledge, by topic; one of them before and after."""

from dataclasses import dataclass
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.candidates import CandidateView, MergeCandidate, RejectCandidate
from casebackend.candidates import queries, routes, service, views
from casebackend.candidates.model import Candidate
from casebackend.candidates.rules import REFUSAL_LABELS, STATE_LABELS, Refusal, State
from casebackend.console.fragments import require_version
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.rights import may
from casebackend.database import reading, transactional
from casebackend.paging import one_of

bp = console("candidates")
LABELS = {"facts": "投诉事实", "demand": "客户诉求", "result": "告知客户的处理结果"}


@dataclass(frozen=True, slots=True)
class Piece:
    """`what`: the kind of what stands or stood here; empty for what stayed as it was."""

    text: str
    what: str


@dataclass(frozen=True, slots=True)
class Part:
    label: str
    before: list[Piece] | None
    after: list[Piece]


@bp.get("/candidates")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Everything in the URL: state, topic, cursor."""
    state, topic = one_of(State, request, "state"), request.args.get("topic")
    rows, following = await queries.page(session, state=state, topic=topic, cursor=request.args.get("cursor"))
    return page(
        request,
        "candidates.html",
        topics=await queries.topics(session, state),
        rows=[views.row_view(row) for row in rows],
        next=following,
        state=state.value if state else "",
        topic=topic or "",
        states={each.value: label for each, label in STATE_LABELS.items()},
    )


@bp.get("/candidates/<candidate_id:uuid>")
@reading
async def show(request: Request, session: AsyncSession, candidate_id: UUID) -> HTTPResponse:
    row = await queries.candidate(session, candidate_id)
    me, context = request.ctx.principal, request.app.ctx
    shown = await views.view(session, row, me, now=context.now())
    return page(
        request,
        "candidate.html",
        row=shown,
        parts=_parts(row, shown),
        refusals={each.value: label for each, label in REFUSAL_LABELS.items()},
        may_decide=row.state == State.NEW and may(request, f"/candidates/{row.id}/draft", "POST"),
    )


@bp.get("/candidates/<candidate_id:uuid>/near")
@reading
async def near(request: Request, session: AsyncSession, candidate_id: UUID) -> HTTPResponse:
    found = await routes.found_near(request, session, candidate_id)
    return page(request, "_candidate_near.html", near=found)


@bp.post("/candidates/<candidate_id:uuid>/rejection")
@transactional
async def reject(request: Request, session: AsyncSession, candidate_id: UUID) -> HTTPResponse:
    form, row = form_of(request), await _held(request, session, candidate_id)
    command = RejectCandidate.model_validate({name: form.get(name, "") for name in ("refusal", "reason")})
    by, now = request.ctx.principal, request.app.ctx.now()
    await service.reject(session, row, Refusal(command.refusal), command.reason, by=by, now=now)
    return go(request, f"/candidates/{row.id}")


@bp.post("/candidates/<candidate_id:uuid>/draft")
@transactional
async def to_draft(request: Request, session: AsyncSession, candidate_id: UUID) -> HTTPResponse:
    row = await _held(request, session, candidate_id)
    made = await service.to_draft(session, row, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"/curation/articles/{made.id}/{made.version}")


@bp.post("/candidates/<candidate_id:uuid>/merger")
@transactional
async def merge(request: Request, session: AsyncSession, candidate_id: UUID) -> HTTPResponse:
    form, row = form_of(request), await _held(request, session, candidate_id)
    command = MergeCandidate.model_validate({name: form.get(name, "").strip() for name in ("article_id", "note")})
    by, now = request.ctx.principal, request.app.ctx.now()
    await service.merge(session, row, command.article_id, command.note, by=by, now=now)
    return go(request, f"/candidates/{row.id}")


async def _held(request: Request, session: AsyncSession, candidate_id: UUID) -> Candidate:
    row = await service.hold(session, candidate_id)
    require_version(form_of(request).get("version"), row.row_version)
    return row


def _parts(row: Candidate, shown: CandidateView) -> list[Part]:
    places = row.report.get("places", {})
    before = shown.before or shown.masked
    return [
        Part(
            label,
            _pieces(getattr(before, name), places.get(name, ()), 0) if before is not None else None,
            _pieces(getattr(shown, name), places.get(name, ()), 2),
        )
        for name, label in LABELS.items()
    ]


def _pieces(text: str, places: list[list[int | str]], column: int) -> list[Piece]:
    """`column`: where in a place the span of this side begins. A text that was changed since is shown unmarked."""
    found, at = [], 0
    for place in places:
        start, end = int(place[column]), int(place[column + 1])
        if start < at or end > len(text):
            return [Piece(text, "")]
        found += [Piece(text[at:start], ""), Piece(text[start:end], str(place[4]))]
        at = end
    return [piece for piece in (*found, Piece(text[at:], "")) if piece.text]
