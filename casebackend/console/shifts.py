"""值班与交接: who is on duty, what one shift gives to the next, and who is free."""

from datetime import datetime, timedelta
from uuid import UUID

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.shifts import CancelShift, GiveHandover, PlanShift, SetState, TakeHandover
from casebackend.console.fragments import require_version
from casebackend.console.rendering import SHANGHAI, console, form_of, given_in, go, page
from casebackend.database import reading, transactional
from casebackend.dictionaries.queries import terms
from casebackend.errors import BadRequest
from casebackend.people.leaving import open_work
from casebackend.shifts import queries, rules, service, states
from casebackend.staff import duty
from casebackend.staff.rules import DUTY_NAMES

bp = console("shifts")
HOME = "/shifts"
BEFORE, AHEAD = timedelta(days=1), timedelta(days=14)


@bp.get(HOME)
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    planned = await queries.shifts(session, me, since=now - BEFORE, until=now + AHEAD)
    people = await queries.colleagues(session, me)
    shown = await queries.state_views(session, people, now=now)
    given = await queries.handovers(session, me)
    return page(
        request,
        "shifts.html",
        shifts=await queries.shift_views(session, planned),
        handovers=await queries.handover_views(session, given),
        takeable=await service.may_take(session, given, me),
        mine_given={each.id for each in given if each.giver_id == me.user_id and each.state not in rules.OVER},
        states=shown,
        mine=next((each for each in shown if each.user_id == me.user_id), None),
        events=[queries.event_view(event) for event in await duty.events(session, me.user_id, most=20)],
        own=await open_work(session, me.user_id),
        people=people,
        mates=[user for user in people if user.organisation_id == me.organisation_id and user.id != me.user_id],
        kinds=rules.KIND_NAMES,
        labels=DUTY_NAMES,
        reasons=[term.name for term in await terms(session, duty.BUSY_REASON)],
        may_plan=bool(me.roles & rules.PLANNERS),
        now=now,
    )


def _at(words: str) -> datetime:
    """What a datetime-local input says, which is the hour in China."""
    try:
        return datetime.fromisoformat(words).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise BadRequest("请填写班次的开始和结束时间") from None


@bp.post(HOME)
@transactional
async def plan(request: Request, session: AsyncSession) -> HTTPResponse:
    form = form_of(request)
    command = PlanShift(
        **given_in(form, "user_id", "name"),
        starts_at=_at(form.get("starts_at", "")),
        ends_at=_at(form.get("ends_at", "")),
    )
    await service.plan(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, HOME)


@bp.post(f"{HOME}/<shift_id:uuid>/cancel")
@transactional
async def cancel(request: Request, session: AsyncSession, shift_id: UUID) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    shift = await service.held_shift(session, shift_id, me)
    require_version(form.get("version"), shift.version)
    reason = CancelShift(reason=form.get("reason", "").strip()).reason
    await service.cancel(session, shift, reason, by=me, now=request.app.ctx.now())
    return go(request, HOME)


@bp.post("/handovers")
@transactional
async def give(request: Request, session: AsyncSession) -> HTTPResponse:
    command = GiveHandover(**given_in(form_of(request), "to_id", "note"))
    await service.give(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{HOME}#handovers")


@bp.post("/handovers/<handover_id:uuid>")
@transactional
async def take(request: Request, session: AsyncSession, handover_id: UUID) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    given = await service.handover(session, handover_id, me)
    require_version(form.get("version"), given.version)
    command = TakeHandover.model_validate(given_in(form, "decision", "answer"))
    await service.answer(session, given, command, by=me, now=request.app.ctx.now())
    return go(request, f"{HOME}#handovers")


@bp.post("/duty-states")
@transactional
async def say(request: Request, session: AsyncSession) -> HTTPResponse:
    command = SetState.model_validate(given_in(form_of(request), "state", "reason"))
    await states.set_own(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, HOME)


@bp.post("/duty-states/<user_id:uuid>")
@transactional
async def force(request: Request, session: AsyncSession, user_id: UUID) -> HTTPResponse:
    command = SetState.model_validate(given_in(form_of(request), "state", "reason"))
    await states.force(session, user_id, command, by=request.ctx.principal, now=request.app.ctx.now())
    return go(request, f"{HOME}#states")
