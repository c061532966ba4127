from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.reviews import ApplyForReview, MoveReview, ReviewPage
from casebackend.cases import service as cases
from casebackend.cases.model import Case
from casebackend.cases.paging import BadFilter
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.reviews import queries, service
from casebackend.reviews.errors import ReviewNotFound
from casebackend.reviews.model import Review
from casebackend.reviews.rules import State
from casebackend.reviews.views import views

bp = Blueprint("reviews")
PAGE = 50


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
    found = [(review, case) for review in await queries.of_case(session, case.id)]
    return json([each.model_dump(mode="json") for each in await views(session, found, now=request.app.ctx.now())])


@bp.get("/reviews")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Filters: state, cursor. Without a state the open ones."""
    state = _state(request)
    found, following = await queries.page(
        session,
        request.ctx.principal,
        state=state,
        open_only=state is None,
        cursor=request.args.get("cursor"),
        limit=PAGE,
    )
    answer = ReviewPage(items=await views(session, found, now=request.app.ctx.now()), next=following)
    return json(answer.model_dump(mode="json"))


def _state(request: Request) -> State | None:
    given = request.args.get("state")
    if given and given not in set(State):
        raise BadFilter("state")
    return State(given) if given else None


@bp.get("/reviews/<review_id:uuid>")
@reading
async def review(request: Request, session: AsyncSession, review_id: UUID) -> HTTPResponse:
    seen = await queries.visible(session, request.ctx.principal, review_id)
    if seen is None:
        raise ReviewNotFound
    return await _answer(request, session, *seen)


@bp.post("/reviews/<review_id:uuid>/moves")
@transactional
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
    return preconditions.tagged(json(shown.model_dump(mode="json"), status=status), review.version)
