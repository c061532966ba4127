"""The regulator, or another office that passed a matter on, sets or moves the day by which it wants to hear of it; head
office writes it down by its paper."""

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
from casebackend.matters.catalogue import catalogue
from casebackend.registration.errors import CaseIsClosed, NothingChanged
from casebackend.timeline.rules import Kind

REGULATORS, REFERRALS = "regulator_due_on", "referral_due_on"


class NotTheRegulators(Conflict):
    slug, title = "not-the-regulators", "不是监管转办的投诉"

    def __init__(self) -> None:
        super().__init__("只有监管转办、外部转办和信访转来的事项有来文要求的日期")


class HeadOfficeWritesIt(Forbidden):
    slug, title = "head-office-writes-it", "由总行投诉管理岗办理"

    def __init__(self) -> None:
        super().__init__("来文要求的日期由总行投诉管理岗依据来文变更")


class RegulatorDatePassed(Unprocessable):
    slug, title = "regulator-date-passed", "监管要求的日期不正确"

    def __init__(self) -> None:
        super().__init__("来文要求的日期不能早于今天", field="due_on")


def day_of(case: Case) -> str | None:
    """Which column holds the day that a paper from outside asks for; None where there is no such paper."""
    if is_regulated(case):
        return REGULATORS
    origin = catalogue().sources.get(case.source)
    return REFERRALS if origin is not None and REFERRALS in origin.takes else None


async def move_date(
    session: AsyncSession, case: Case, command: ChangeRegulatorDate, *, by: Principal, now: datetime
) -> None:
    """No limit of law changes; the clock of that day runs to the new one. Answered, there is none any more."""
    name = day_of(case)
    if name is None:
        raise NotTheRegulators
    if MANAGER not in by.roles or not await is_head_office(session, by.organisation_id):
        raise HeadOfficeWritesIt
    if Status(case.status) not in UNANSWERED:
        raise CaseIsClosed
    if command.due_on == getattr(case, name):
        raise NothingChanged
    if command.due_on < local_date(now):
        raise RegulatorDatePassed
    paper = "监管来文" if name == REGULATORS else "来文"
    reason = await fields.protected(session, case, f"{paper} {command.document}：{command.reason}")
    before: dict[str, object] = {name: getattr(case, name)}
    setattr(case, name, command.due_on)
    await (rescheduling.regulator_due if name == REGULATORS else rescheduling.referral_due)(session, case, now)
    session.add_all(fields.signed(case, before, by, reason=reason, now=now))
    await session.flush()
    due_at = await clockwork.node_due(session, case)
    await filing.written(session, case, Kind.REGULATOR_DATE, by, now=now, opinion=reason, fields=before, due_at=due_at)
