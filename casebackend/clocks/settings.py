"""What an administrator of time changes: limits, the calendar and, with it, the clocks that run."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.limits import AddLimit, DayChange, EditDay, ImportNotice, NoticeResult
from casebackend.audit import service as audit
from casebackend.calendar import service as calendar
from casebackend.calendar.model import CalendarDay
from casebackend.clocks import extending, limits, queries, service
from casebackend.clocks.model import Limit
from casebackend.errors import NotFound, Unprocessable

CHAIN = "settings"


class LimitNotFound(NotFound):
    slug = "limit-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个时限；请从列表中选择")


class LimitWrong(Unprocessable):
    slug, title = "limit-wrong", "时限不正确"


async def add_limit(session: AsyncSession, command: AddLimit, *, by: Principal, now: datetime) -> Limit:
    """Label, unit and, where nobody is named, approver stay those of the present row."""
    whose = extending.of_profile(command.code)
    code = whose[0] if whose else command.code
    present = await queries.limit_on(session, code, command.effective_from)
    if present is None:
        raise LimitNotFound
    wrong = extending.wrong_amount(command.amount, present.unit) or await _wrong(session, command, present)
    if wrong is not None:
        raise LimitWrong(wrong)
    named = ",".join(sorted(set(command.approvers))) if command.approvers else present.approver
    given = command.model_dump(exclude={"approvers"})
    same = {"label": present.label, "unit": present.unit, "approver": None if whose else named}
    limit = await limits.add_limit(session, Limit(**given, **same))
    detail: dict[str, object] = {"amount": str(command.amount), "effective_from": command.effective_from.isoformat()}
    detail |= {"severity": command.severity, "approver": limit.approver}
    await _record(session, "limit.added", command.code, by, now, detail)
    return limit


async def _wrong(session: AsyncSession, command: AddLimit, present: queries.LimitRow) -> str | None:
    wrong = extending.wrong_approvers(command.code, command.approvers) if command.approvers else None
    if wrong is not None or present.code not in extending.BY_PROFILE:
        return wrong
    if command.severity:
        return "延期的次数和期限不分投诉等级"
    if present.code == command.code:
        return None
    before = extending.AFTER.get(present.code)
    held = await queries.limit_on(session, before, command.effective_from) if before else None
    return extending.wrong_for_profile(command.amount, present.amount, held.amount if held else None)


async def edit_day(session: AsyncSession, day: date, command: EditDay, *, by: Principal, now: datetime) -> CalendarDay:
    """Open clocks that run over this day are computed again."""
    edited = await calendar.edit_day(
        session, day, is_workday=command.is_workday, note=command.note, source=command.source
    )
    await service.recompute_provisional(session, now=now, days=[day])
    await _record(session, "calendar.edited", day.isoformat(), by, now, {"is_workday": command.is_workday})
    return edited


async def import_notice(session: AsyncSession, command: ImportNotice, *, by: Principal, now: datetime) -> NoticeResult:
    """The same notice again changes nothing."""
    year, named = calendar.read_notice(command.text)
    changes = await calendar.difference(session, year, named)
    recomputed = 0
    if command.confirm and changes:
        await calendar.replace_year(session, year, named, source=command.source)
        recomputed = await service.recompute_provisional(session, now=now, days=[each.day for each in changes])
        await _record(session, "calendar.imported", str(year), by, now, {"days": len(changes), "clocks": recomputed})
    shown = [DayChange(day=each.day, before=each.before, after=each.after) for each in changes]
    return NoticeResult(year=year, confirmed=command.confirm, changes=shown, recomputed=recomputed)


async def _record(
    session: AsyncSession, event: str, what: str, by: Principal, now: datetime, detail: dict[str, object]
) -> None:
    await audit.record(session, chain=CHAIN, event=event, actor=by.actor, object=what, now=now, detail=detail)
