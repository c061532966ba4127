from datetime import date

from sanic import Blueprint, HTTPResponse, Request, json
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.api.limits import (
    AddLimit,
    CalendarView,
    DayView,
    EditDay,
    ImportNotice,
    LimitList,
    LimitView,
)
from casebackend.api.reminders import ReminderList, ReminderView, ReplaceReminders
from casebackend.calendar.model import CalendarDay
from casebackend.calendar.queries import calendar_alarm, day_of, days_of
from casebackend.calendar.rules import local_date
from casebackend.calendar.service import DayUnknown
from casebackend.clocks import plans, queries, settings
from casebackend.clocks.limits import calendar_alarm_days
from casebackend.database import reading, transactional
from casebackend.idempotency import idempotent
from casebackend.paging import cut

bp = Blueprint("limits")


@bp.get("/limits")
@reading
async def limits(request: Request, session: AsyncSession) -> HTTPResponse:
    shown, following = cut(
        request, await queries.all_limits(session), lambda row: f"{row.code} {row.severity} {row.effective_from}"
    )
    found = [LimitView.model_validate(row) for row in shown]
    return json(LimitList(items=found, next=following).model_dump(mode="json"))


@bp.post("/limits")
@transactional
@idempotent
async def add(request: Request, session: AsyncSession) -> HTTPResponse:
    command = AddLimit.model_validate_json(request.body)
    limit = await settings.add_limit(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return json(LimitView.model_validate(limit).model_dump(mode="json"), status=201)


@bp.get("/reminders")
@reading
async def reminders(request: Request, session: AsyncSession) -> HTTPResponse:
    shown, following = cut(
        request, await plans.all_rows(session), lambda row: f"{row.clock_group} {row.effective_from} {row.seq}"
    )
    found = [ReminderView.model_validate(row) for row in shown]
    return json(ReminderList(items=found, next=following).model_dump(mode="json"))


@bp.post("/reminders")
@transactional
@idempotent
async def replace_reminders(request: Request, session: AsyncSession) -> HTTPResponse:
    command = ReplaceReminders.model_validate_json(request.body)
    made = await plans.replace(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    found = [ReminderView.model_validate(row) for row in made]
    return json(ReminderList(items=found, next=None).model_dump(mode="json"), status=201)


@bp.get("/calendar/<year:int>")
@reading
async def calendar(request: Request, session: AsyncSession, year: int) -> HTTPResponse:
    days = await days_of(session, year) if date.min.year <= year < date.max.year else []
    today = local_date(request.app.ctx.now())
    soon, _ = await calendar_alarm_days(session, today)
    answer = CalendarView(
        year=year,
        alarm=await calendar_alarm(session, today, soon),
        days=[DayView.model_validate(day) for day in days],
    )
    return json(answer.model_dump(mode="json"))


@bp.get("/calendar/days/<day:ymd>")
@reading
async def day(request: Request, session: AsyncSession, day: date) -> HTTPResponse:
    found = await _day(session, day)
    return preconditions.tagged(json(DayView.model_validate(found).model_dump(mode="json")), found.version)


async def _day(session: AsyncSession, day: date) -> CalendarDay:
    found = await day_of(session, day)
    if found is None:
        raise DayUnknown
    return found


@bp.put("/calendar/days/<day:ymd>")
@transactional
@preconditions.conditional
async def edit_day(request: Request, session: AsyncSession, day: date) -> HTTPResponse:
    read = preconditions.wanted(request)
    command = EditDay.model_validate_json(request.body)
    preconditions.require(read, (await _day(session, day)).version)
    edited = await settings.edit_day(session, day, command, by=request.ctx.principal, now=request.app.ctx.now())
    return preconditions.tagged(json(DayView.model_validate(edited).model_dump(mode="json")), edited.version)


@bp.post("/calendar/notices")
@transactional
@idempotent
async def import_notice(request: Request, session: AsyncSession) -> HTTPResponse:
    """Idempotent by its content too: the same notice again changes nothing."""
    command = ImportNotice.model_validate_json(request.body)
    result = await settings.import_notice(session, command, by=request.ctx.principal, now=request.app.ctx.now())
    return json(result.model_dump(mode="json"))
