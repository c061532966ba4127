"""暂停办理: a case that waits for an appraisal or a mediation is expected back on a day, which may move."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import MoveCase
from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.clocks import queries, rules, service
from casebackend.clocks.rules import StopReason, Term, Unit, day_text
from casebackend.errors import Unprocessable
from casebackend.notices.thresholds import in_force

TERM = Term("暂停办理预计恢复", Decimal(0), Unit.CALENDAR_DAYS)
WORDS = "预计恢复办理"
MOST = "suspension.days"


class NotExpectedThen(Unprocessable):
    slug, title = "not-expected-then", "预计恢复日期不正确"

    def __init__(self, earliest: date, latest: date) -> None:
        super().__init__(
            f"预计恢复日期应在{day_text(earliest)}至{latest.year}年{day_text(latest)}之间；到期仍未完成的，可以凭来函再次变更",
            field="expected_back_on", earliest=earliest.isoformat(), latest=latest.isoformat(),
        )  # fmt: skip


async def require(session: AsyncSession, command: MoveCase, now: datetime) -> None:
    """Not in the past, and no further ahead than the bank allows on that day."""
    if command.move is Move.SUSPEND and command.expected_back_on is not None:
        await require_day(session, command.expected_back_on, now)


async def require_day(session: AsyncSession, day: date, now: datetime) -> None:
    today = local_date(now)
    latest = today + timedelta(days=(await in_force(session, now)).number(MOST))
    if not today <= day <= latest:
        raise NotExpectedThen(today, latest)


async def follow(session: AsyncSession, case: Case, command: MoveCase, *, now: datetime) -> None:
    if command.move is Move.SUSPEND and command.expected_back_on is not None:
        await _expect(session, case, command.expected_back_on, now)


async def _expect(session: AsyncSession, case: Case, day: date, now: datetime) -> None:
    """A clock that reminds whoever has the case and who leads there; no limit of law hangs on it."""
    calendar = await calendar_around(session, local_date(now))
    due = rules.fixed_due(calendar, now, day, WORDS)
    await service.start(session, case.id, rules.SUSPENSION, at=now, profile=case.profile, term=TERM, due=due)


async def expect_anew(session: AsyncSession, case: Case, *, now: datetime) -> None:
    """The clock of the former day ends, and that of the day on the case begins. The pause itself goes on as it is."""
    running = [each for each in await queries.running(session, case.id) if each.kind == rules.SUSPENSION]
    service.halt(running, at=now, reason=StopReason.RESTARTED)
    if case.expected_back_on is not None:
        await _expect(session, case, case.expected_back_on, now)
