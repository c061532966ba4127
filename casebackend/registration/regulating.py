"""The regulator sets or moves the day by which it wants a case finished; head office writes it down by its paper."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.registration import ChangeRegulatorDate
from casebackend.calendar.rules import local_date
from casebackend.cases import clockwork, fields, filing, rescheduling
from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.placing import is_head_office
from casebackend.cases.rules import MANAGER, UNANSWERED, Status
from casebackend.errors import Conflict, Forbidden, Unprocessable
from casebackend.registration.errors import CaseIsClosed, NothingChanged
from casebackend.timeline.rules import Kind


class NotTheRegulators(Conflict):
    slug, title = "not-the-regulators", "不是监管转办的投诉"

    def __init__(self) -> None:
        super().__init__("只有监管转办的投诉有监管要求的办结日期")


class HeadOfficeWritesIt(Forbidden):
    slug, title = "head-office-writes-it", "由总行投诉管理岗办理"

    def __init__(self) -> None:
        super().__init__("监管要求的办结日期由总行投诉管理岗依据监管来文变更")


class RegulatorDatePassed(Unprocessable):
    slug, title = "regulator-date-passed", "监管要求的日期不正确"

    def __init__(self) -> None:
        super().__init__("监管要求的办结日期不能早于今天", field="due_on")


async def move_date(
    session: AsyncSession, case: Case, command: ChangeRegulatorDate, *, by: Principal, now: datetime
) -> None:
    """No limit of law changes; the clock of the regulator runs to the new day. Answered, there is none any more."""
    if not is_regulated(case):
        raise NotTheRegulators
    if MANAGER not in by.roles or not await is_head_office(session, by.organisation_id):
        raise HeadOfficeWritesIt
    if Status(case.status) not in UNANSWERED:
        raise CaseIsClosed
    if command.due_on == case.regulator_due_on:
        raise NothingChanged
    if command.due_on < local_date(now):
        raise RegulatorDatePassed
    reason = await fields.protected(session, case, f"监管来文 {command.document}：{command.reason}")
    before: dict[str, object] = {"regulator_due_on": case.regulator_due_on}
    case.regulator_due_on = command.due_on
    await rescheduling.regulator_due(session, case, now)
    session.add_all(fields.signed(case, before, by, reason=reason, now=now))
    await session.flush()
    due_at = await clockwork.node_due(session, case)
    await filing.written(session, case, Kind.REGULATOR_DATE, by, now=now, opinion=reason, fields=before, due_at=due_at)
