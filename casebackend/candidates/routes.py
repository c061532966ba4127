from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.candidates import (
    CandidatePage,
    MergeCandidate,
    Near,
    NearView,
    RejectCandidate,
    TopicPage,
)
from casebackend.calendar.rules import local_date
from casebackend.candidates import near as nearness
from casebackend.candidates import queries, service, views
from casebackend.candidates.model import Candidate
from casebackend.candidates.rules import Refusal, State
from casebackend.database import reading, transactional
from casebackend.paging import cut, limit_of, one_of

bp = Blueprint("candidates", url_prefix="/candidates")


@bp.get("/")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Filters: state, topic, cursor, limit."""
    found, following = await queries.page(
        session,
        state=one_of(State, request, "state"),
        topic=request.args.get("topic"),
        cursor=request.args.get("cursor"),
        limit=limit_of(request),
    )
    answer = CandidatePage(items=[views.row_view(row) for row in found], next=following)
    return json(answer.model_dump(mode="json"))


@bp.get("/topics")
@reading
async def topics(request: Request, session: AsyncSession) -> HTTPResponse:
    found = await queries.topics(session, one_of(State, request, "state"))
    shown, following = cut(request, found, lambda each: each.topic)
    answer = TopicPage(items=[views.topic_view(each) for each in shown], next=following)
    return json(answer.model_dump(mode="json"))


@bp.get("/<candidate_id:uuid>")
@reading
async def candidate(request: Request, session: AsyncSession, candidate_id: UUID) -> HTTPResponse:
    return await _answer(request, session, await queries.candidate(session, candidate_id))


@bp.get("/<candidate_id:uuid>/near")
@reading
async def near(request: Request, session: AsyncSession, candidate_id: UUID) -> HTTPResponse:
    return json(Near(near=await found_near(request, session, candidate_id)).model_dump(mode="json"))


async def found_near(request: Request, session: AsyncSession, candidate_id: UUID) -> list[NearView]:
    """Apart from the candidate itself, which is there also where the knowledge is not."""
    row, context = await queries.candidate(session, candidate_id), request.app.ctx
    found = await nearness.near(context.knowledge, row, on=local_date(context.now()))
    return [views.near_view(each) for each in found]


@bp.post("/<candidate_id:uuid>/rejection")
@transactional
@preconditions.conditional
async def reject(request: Request, session: AsyncSession, candidate_id: UUID) -> HTTPResponse:
    command = RejectCandidate.model_validate_json(request.body)
    row = await _held(request, session, candidate_id)
    by, now = request.ctx.principal, request.app.ctx.now()
    await service.reject(session, row, Refusal(command.refusal), command.reason, by=by, now=now)
    return await _answer(request, session, row)


@bp.post("/<candidate_id:uuid>/draft")
@transactional
@preconditions.conditional
async def to_draft(request: Request, session: AsyncSession, candidate_id: UUID) -> HTTPResponse:
    row = await _held(request, session, candidate_id)
    await service.to_draft(session, row, by=request.ctx.principal, now=request.app.ctx.now())
    return await _answer(request, session, row)


@bp.post("/<candidate_id:uuid>/merger")
@transactional
@preconditions.conditional
async def merge(request: Request, session: AsyncSession, candidate_id: UUID) -> HTTPResponse:
    command = MergeCandidate.model_validate_json(request.body)
    row = await _held(request, session, candidate_id)
    by, now = request.ctx.principal, request.app.ctx.now()
    await service.merge(session, row, command.article_id, command.note, by=by, now=now)
    return await _answer(request, session, row)


async def _held(request: Request, session: AsyncSession, candidate_id: UUID) -> Candidate:
    row = await service.hold(session, candidate_id)
    preconditions.require(preconditions.wanted(request), row.row_version)
    return row


async def _answer(request: Request, session: AsyncSession, row: Candidate) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    shown = await views.view(session, row, me, now=now)
    return preconditions.tagged(json(shown.model_dump(mode="json")), row.row_version)
