from datetime import datetime, timedelta
from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.shifts import (
    CancelShift,
    GiveHandover,
    HandoverPage,
    PlanShift,
    SetState,
    ShiftPage,
    StateEventPage,
    StatePage,
    TakeHandover,
)
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.paging import BadFilter, cut, moment, one_of
from casebackend.shifts import queries, service, states
from casebackend.shifts.model import Handover, Shift
from casebackend.staff import duty

shifts_bp = Blueprint("shifts", url_prefix="/shifts")
handovers_bp = Blueprint("handovers", url_prefix="/handovers")
states_bp = Blueprint("duty_states", url_prefix="/duty-states")
USUAL, MOST = timedelta(days=7), timedelta(days=92)


async def _shift(session: AsyncSession, shift: Shift, status: int = 200) -> HTTPResponse:
    [view] = await queries.shift_views(session, [shift])
    return preconditions.tagged(json(view.model_dump(mode="json"), status=status), view.version)


@shifts_bp.get("")
@reading
async def listing(request: Request, session: AsyncSession) -> HTTPResponse:
    """Of the next seven days, unless a period is given."""
    since: datetime = one_of(moment, request, "from") or request.app.ctx.now()
    until: datetime = one_of(moment, request, "to") or since + USUAL
    if until - since > MOST:
        raise BadFilter("to")
    found = await queries.shifts(
        session, request.ctx.principal, since=since, until=until, unit_id=one_of(UUID, request, "unit")
    )
    shown, following = cut(request, await queries.shift_views(session, found), lambda each: each.id)
    return json(ShiftPage(items=shown, next=following).model_dump(mode="json"))


@shifts_bp.post("")
@transactional
@idempotent
async def plan(request: Request, session: AsyncSession) -> HTTPResponse:
    command = PlanShift.model_validate_json(request.body)
    shift = await service.plan(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return await _shift(session, shift, 201)


@shifts_bp.post("/<shift_id:uuid>/cancellation")
@transactional
@preconditions.conditional
async def cancel(request: Request, session: AsyncSession, shift_id: UUID) -> HTTPResponse:
    command, me = CancelShift.model_validate_json(request.body), request.ctx.principal
    shift = await service.held_shift(session, shift_id, me)
    preconditions.require(preconditions.wanted(request), shift.version)
    await service.cancel(session, shift, command.reason, by=me, now=request.app.ctx.now())
    return await _shift(session, shift)


async def _handover(session: AsyncSession, found: Handover, status: int = 200) -> HTTPResponse:
    [view] = await queries.handover_views(session, [found])
    return preconditions.tagged(json(view.model_dump(mode="json"), status=status), view.version)


@handovers_bp.get("")
@reading
async def handovers(request: Request, session: AsyncSession) -> HTTPResponse:
    found = await queries.handovers(session, request.ctx.principal, unit_id=one_of(UUID, request, "unit"))
    shown, following = cut(request, await queries.handover_views(session, found), lambda each: each.id)
    return json(HandoverPage(items=shown, next=following).model_dump(mode="json"))


@handovers_bp.post("")
@transactional
@idempotent
async def give(request: Request, session: AsyncSession) -> HTTPResponse:
    command = GiveHandover.model_validate_json(request.body)
    given = await service.give(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return preconditions.placed(await _handover(session, given, 201), f"/handovers/{given.id}")


@handovers_bp.get("/<handover_id:uuid>")
@reading
async def handover(request: Request, session: AsyncSession, handover_id: UUID) -> HTTPResponse:
    found = await service.handover(session, handover_id, request.ctx.principal, to_read=True)
    return await _handover(session, found)


@handovers_bp.post("/<handover_id:uuid>/taking")
@transactional
@preconditions.conditional
async def take(request: Request, session: AsyncSession, handover_id: UUID) -> HTTPResponse:
    command, me = TakeHandover.model_validate_json(request.body), request.ctx.principal
    given = await service.handover(session, handover_id, me)
    preconditions.require(preconditions.wanted(request), given.version)
    await service.answer(session, given, command, by=me, now=request.app.ctx.now())
    return await _handover(session, given)


@states_bp.get("")
@reading
async def duty_states(request: Request, session: AsyncSession) -> HTTPResponse:
    people = await queries.colleagues(session, request.ctx.principal)
    items = await queries.state_views(session, people, now=request.app.ctx.now())
    shown, following = cut(request, items, lambda each: each.user_id)
    return json(StatePage(items=shown, next=following).model_dump(mode="json"))


@states_bp.post("")
@transactional
@idempotent
async def say(request: Request, session: AsyncSession) -> HTTPResponse:
    """The own state."""
    command, me, now = SetState.model_validate_json(request.body), request.ctx.principal, request.app.ctx.now()
    user = await states.set_own(session, command, by=me, now=now)
    [view] = await queries.state_views(session, [user], now=now)
    return json(view.model_dump(mode="json"), status=201)


@states_bp.post("/<user_id:uuid>")
@transactional
@idempotent
async def force(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    command, me, now = SetState.model_validate_json(request.body), request.ctx.principal, request.app.ctx.now()
    user = await states.force(session, user_id, command, by=me, now=now)
    [view] = await queries.state_views(session, [user], now=now)
    return json(view.model_dump(mode="json"), status=201)


@states_bp.get("/<user_id:uuid>/events")
@reading
async def state_events(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    await states.require_seen(session, user_id, request.ctx.principal)
    items = [queries.event_view(event) for event in await duty.events(session, user_id)]
    shown, following = cut(request, items, lambda each: each.at.isoformat())
    return json(StateEventPage(items=shown, next=following).model_dump(mode="json"))
