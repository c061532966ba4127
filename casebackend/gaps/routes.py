from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.gaps import DecideGap, GapPage, OpenGap
from casebackend.database import reading, transactional
from casebackend.gaps import deciding, queries, service
from casebackend.gaps.model import Gap
from casebackend.gaps.rules import GapState, Origin
from casebackend.idempotency import idempotent
from casebackend.paging import cut, one_of

bp = Blueprint("gaps")


async def _answer(session: AsyncSession, gap: Gap, status: int = 200) -> HTTPResponse:
    [view] = await queries.views(session, [gap])
    response = json(view.model_dump(mode="json"), status=status)
    if status == 201:
        preconditions.placed(response, f"/gaps/{gap.id}")
    return preconditions.tagged(response, gap.row_version)


@bp.post("/gaps")
@transactional
@idempotent
async def open_gap(request: Request, session: AsyncSession) -> HTTPResponse:
    command = OpenGap.model_validate_json(request.body)
    gap = await deciding.open_by_colleague(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return await _answer(session, gap, 201)


@bp.get("/gaps")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    state, origin = one_of(GapState, request, "state"), one_of(Origin, request, "origin")
    shown, following = cut(request, await queries.listed(session, state=state, origin=origin), lambda each: each.id)
    return json(GapPage(items=await queries.views(session, shown), next=following).model_dump(mode="json"))


@bp.get("/gaps/<gap_id:uuid>")
@reading
async def gap(request: Request, session: AsyncSession, gap_id: UUID) -> HTTPResponse:
    found = await session.get(Gap, gap_id)
    if found is None:
        raise service.GapNotFound
    return await _answer(session, found)


@bp.post("/gaps/<gap_id:uuid>/decision")
@transactional
@preconditions.conditional
async def decide(request: Request, session: AsyncSession, gap_id: UUID) -> HTTPResponse:
    command = DecideGap.model_validate_json(request.body)
    found = await service.held(session, gap_id)
    preconditions.require(preconditions.wanted(request), found.row_version)
    await deciding.decide(session, found, command, by=request.ctx.principal, now=request.app.ctx.now())
    return await _answer(session, found)
