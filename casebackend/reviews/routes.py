from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.reviews import ApplyForReview, MoveReview, ReviewPage
from casebackend.cases import service as cases
from casebackend.cases.model import Case
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.paging import cut, limit_of, one_of
from casebackend.reviews import queries, service
from casebackend.reviews.errors import ReviewNotFound
from casebackend.reviews.model import Review
from casebackend.reviews.rules import State
from casebackend.reviews.views import views

bp = Blueprint("reviews")


@bp.post("/cases/<reference:str>/reviews")
@transactional
@idempotent
async def apply(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    command = ApplyForReview.model_validate_json(request.body)
    principal, now = request.ctx.principal, request.app.ctx.now()
    case = await cases.visible(session, principal, reference)
    review = await service.apply(session, case.id, command, principal=principal, now=now)
    return await _answer(request, session, review, case, status=201)


@bp.get("/cases/<reference:str>/reviews")
@reading
async def of_case(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    case = await cases.visible(session, request.ctx.principal, reference)
    found, following = cut(request, await queries.of_case(session, case.id), lambda review: review.id)
    shown = await views(session, [(review, case) for review in found], now=request.app.ctx.now())
    return json(ReviewPage(items=shown, next=following).model_dump(mode="json"))


@bp.get("/reviews")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Filters: state, cursor, limit. Without a state the open ones."""
    state = one_of(State, request, "state")
    found, following = await queries.page(
        session,
        request.ctx.principal,
        state=state,
        open_only=state is None,
        cursor=request.args.get("cursor"),
        limit=limit_of(request),
    )
    answer = ReviewPage(items=await views(session, found, now=request.app.ctx.now()), next=following)
    return json(answer.model_dump(mode="json"))


@bp.get("/reviews/<review_id:uuid>")
@reading
async def review(request: Request, session: AsyncSession, review_id: UUID) -> HTTPResponse:
    seen = await queries.visible(session, request.ctx.principal, review_id)
    if seen is None:
        raise ReviewNotFound
    return await _answer(request, session, *seen)


@bp.post("/reviews/<review_id:uuid>/moves")
@transactional
@preconditions.conditional
async def move(request: Request, session: AsyncSession, review_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = MoveReview.model_validate_json(request.body)
    principal, now = request.ctx.principal, request.app.ctx.now()
    seen = await queries.visible(session, principal, review_id)
    if seen is None:
        raise ReviewNotFound
    preconditions.require(read, seen[0].version)
    version = None if read == preconditions.ANY else seen[0].version
    moved = await service.move(session, review_id, command, version=version, principal=principal, now=now)
    return await _answer(request, session, moved, seen[1])


async def _answer(
    request: Request, session: AsyncSession, review: Review, case: Case, *, status: int = 200
) -> HTTPResponse:
    shown = (await views(session, [(review, case)], now=request.app.ctx.now()))[0]
    response = json(shown.model_dump(mode="json"), status=status)
    if status == 201:
        preconditions.placed(response, f"/reviews/{review.id}")
    return preconditions.tagged(response, review.version)
