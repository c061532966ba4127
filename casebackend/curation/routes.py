from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.curation import (
    ArticlePage,
    AskChange,
    ChangeRequestPage,
    DecideChange,
    DraftArticle,
    EditArticle,
    ImpactPage,
    ImpactView,
    MergeArticle,
    TakeStep,
)
from casebackend.curation import impacts, merging, queries, reading, requests, service, steps
from casebackend.curation.model import Article, ChangeRequest, Impact
from casebackend.curation.rules import EVERYBODY, ArticleStatus, RequestState, Step
from casebackend.curation.steps import Taken
from casebackend.database import reading as reads
from casebackend.database import transactional
from casebackend.idempotency import idempotent
from casebackend.paging import limit_of, one_of

bp = Blueprint("curation", url_prefix="/curation")


async def _answer(request: Request, session: AsyncSession, row: Article, status: int = 200) -> HTTPResponse:
    view = await reading.view(session, row, request.ctx.principal, now=request.app.ctx.now())
    response = json(view.model_dump(mode="json"), status=status)
    if status == 201:
        preconditions.placed(response, f"/curation/articles/{row.id}/{row.version}")
    return preconditions.tagged(response, row.row_version)


async def _held(request: Request, session: AsyncSession, article_id: str, number: int) -> Article:
    read = preconditions.wanted(request)
    row = await queries.hold(session, article_id, number)
    preconditions.require(read, row.row_version)
    return row


@bp.get("/articles")
@reads
async def articles(request: Request, session: AsyncSession) -> HTTPResponse:
    """Filters: status (without it, what is under way), mine, cursor, limit."""
    mine = one_of({"1": True, "0": False}.__getitem__, request, "mine")
    found, following = await reading.page(
        session,
        status=one_of(ArticleStatus, request, "status"),
        author_id=request.ctx.principal.user_id if mine else None,
        cursor=request.args.get("cursor"),
        limit=limit_of(request),
    )
    answer = ArticlePage(items=await reading.summaries(session, found), next=following)
    return json(answer.model_dump(mode="json"))


@bp.post("/articles")
@transactional
@idempotent
async def draft(request: Request, session: AsyncSession) -> HTTPResponse:
    command = DraftArticle.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    return await _answer(request, session, await service.draft(session, command.fields(), by=me, now=now), status=201)


@bp.get("/articles/<article_id:str>/<number:int>")
@reads
async def article(request: Request, session: AsyncSession, article_id: str, number: int) -> HTTPResponse:
    return await _answer(request, session, await queries.version(session, article_id, number))


@bp.patch("/articles/<article_id:str>/<number:int>")
@transactional
@preconditions.conditional
async def edit(request: Request, session: AsyncSession, article_id: str, number: int) -> HTTPResponse:
    command = EditArticle.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    row = await _held(request, session, article_id, number)
    await steps.require_may(session, row, Step.EDIT, me)
    await service.edit(session, row, command.fields(), by=me, now=now)
    return await _answer(request, session, row)


@bp.post("/articles/<article_id:str>/<number:int>/steps")
@transactional
@preconditions.conditional
async def step(request: Request, session: AsyncSession, article_id: str, number: int) -> HTTPResponse:
    taken = Taken(**TakeStep.model_validate_json(request.body).model_dump())
    row = await _held(request, session, article_id, number)
    await steps.take(session, row, taken, by=request.ctx.principal, now=request.app.ctx.now())
    return await _answer(request, session, row)


@bp.post("/articles/<article_id:str>/<number:int>/merge")
@transactional
@preconditions.conditional
async def merge(request: Request, session: AsyncSession, article_id: str, number: int) -> HTTPResponse:
    command = MergeArticle.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    row = await _held(request, session, article_id, number)
    await steps.require_may(session, row, Step.EDIT, me)
    await merging.merge(session, row, command.other, by=me, now=now)
    return await _answer(request, session, row)


async def _asked(request: Request, session: AsyncSession, row: ChangeRequest, status: int = 200) -> HTTPResponse:
    [view] = await reading.request_views(session, [row], now=request.app.ctx.now())
    response = json(view.model_dump(mode="json"), status=status)
    return preconditions.tagged(response, row.row_version)


@bp.get("/requests")
@reads
async def change_requests(request: Request, session: AsyncSession) -> HTTPResponse:
    """Filters: state, unit (id), cursor, limit. Whoever has no part in the work sees those of the own unit."""
    me = request.ctx.principal
    own = me.roles.isdisjoint(EVERYBODY)
    if own and me.organisation_id is None:
        return json(ChangeRequestPage(items=[], next=None).model_dump(mode="json"))
    found, following = await reading.requests(
        session,
        state=one_of(RequestState, request, "state"),
        unit_id=me.organisation_id if own else one_of(UUID, request, "unit"),
        cursor=request.args.get("cursor"),
        limit=limit_of(request),
    )
    items = await reading.request_views(session, found, now=request.app.ctx.now())
    return json(ChangeRequestPage(items=items, next=following).model_dump(mode="json"))


@bp.post("/requests")
@transactional
@idempotent
async def request_change(request: Request, session: AsyncSession) -> HTTPResponse:
    command = AskChange.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    row = await requests.request_change(session, command.article_id, command.text, command.basis, me, now)
    return await _asked(request, session, row, status=201)


@bp.post("/requests/<change_request_id:uuid>/decision")
@transactional
@preconditions.conditional
async def decide(request: Request, session: AsyncSession, change_request_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = DecideChange.model_validate_json(request.body)
    me, now = request.ctx.principal, request.app.ctx.now()
    row = await requests.held(session, change_request_id)
    preconditions.require(read, row.row_version)
    version = (command.article_id, command.version) if command.article_id and command.version else None
    state = RequestState(command.state)
    await requests.decide(session, row, state, answer=command.answer, version=version, by=me, now=now)
    return await _asked(request, session, row)


@bp.get("/impacts")
@reads
async def affected(request: Request, session: AsyncSession) -> HTTPResponse:
    """Filters: article (id), reviewed (0 or 1), cursor, limit."""
    found, following = await reading.impacts(
        session,
        article_id=request.args.get("article"),
        reviewed=one_of({"1": True, "0": False}.__getitem__, request, "reviewed"),
        cursor=request.args.get("cursor"),
        limit=limit_of(request),
    )
    items = [ImpactView.model_validate(row) for row in found]
    return json(ImpactPage(items=items, next=following).model_dump(mode="json"))


@bp.post("/impacts/<impact_id:uuid>/review")
@transactional
@preconditions.conditional
async def review(request: Request, session: AsyncSession, impact_id: UUID) -> HTTPResponse:
    read = preconditions.wanted(request)
    row: Impact = await impacts.held(session, impact_id)
    preconditions.require(read, row.row_version)
    await impacts.review(session, row, by=request.ctx.principal, now=request.app.ctx.now())
    return preconditions.tagged(json(ImpactView.model_validate(row).model_dump(mode="json")), row.row_version)
