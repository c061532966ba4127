"""Who may not change what: a signed change switches no second pair of eyes off and moves no case out of sight."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import BRANCHES
from casebackend.calendar.rules import local_date
from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.rules import LEAD, MANAGER, REVIEWER, Status
from casebackend.errors import Conflict, Forbidden
from casebackend.grading.queries import graded
from casebackend.grading.rules import RANK, Grade, Severity, Subject
from casebackend.matters.catalogue import catalogue
from casebackend.organisations.queries import tree
from casebackend.organisations.tree import Unit

BEFORE_DISPATCH = frozenset({Status.DRAFT, Status.PENDING_REVIEW, Status.ACCEPTED})
JUDGED = frozenset({Status.PROPOSED, Status.CLOSURE_REVIEW, Status.REPLY_PENDING, Status.REPLIED, Status.FOLLOW_UP})


class SeverityStands(Conflict):
    slug, title = "severity-stands", "不能降低等级或减少人数"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class MayNotLower(Forbidden):
    slug, title = "may-not-lower", "不能改为非投诉事项"

    def __init__(self) -> None:
        super().__init__(
            "消费投诉改为其他事项会停止法定时限：转办前由复核人、班长或投诉管理岗办理，转办后只由投诉管理岗办理，"
            "承办人本人不能办理；监管转办的投诉不能改变"
        )


class OwnUnit(Forbidden):
    slug, title = "own-unit", "不能变更本单位的被投诉身份"

    def __init__(self) -> None:
        super().__init__("投诉涉及您所在的单位，请由上级单位变更被投诉机构和责任机构")


class SecondRoleNeeded(Forbidden):
    slug, title = "second-role-needed", "须由班长或投诉管理岗变更"

    def __init__(self) -> None:
        super().__init__("投诉转办后，被投诉机构和责任机构由班长或投诉管理岗变更")


async def by_rules(session: AsyncSession, case: Case) -> Grade:
    """What the rules of the day of receipt say of the case as it stands."""
    subject = Subject(f"{case.facts}\n{case.demand}", case.amount, case.group_size or 1, case.source or "direct")
    return (await graded(session, subject, local_date(case.received_at)))[0]


def works_on(case: Case, by: Principal) -> bool:
    return by.user_id is not None and by.user_id in (case.handler_id, case.assignee_id)


def require_before_opinion(case: Case, by: Principal) -> None:
    if Status(case.status) in JUDGED:
        raise SeverityStands("处理意见已提交，不能降低等级或减少人数；确需调整的请先退回")
    if works_on(case, by):
        raise SeverityStands("承办人不能降低自己承办的投诉的等级或人数，请由班长或投诉管理岗办理")


async def require_may_lower_severity(session: AsyncSession, case: Case, severity: str, by: Principal) -> None:
    """Nobody goes below what law says; below what the bank's rules say only a complaint manager does."""
    if RANK[severity] >= RANK.get(case.severity, 0):
        return
    require_before_opinion(case, by)
    rule = catalogue().group_rule(local_date(case.received_at))
    if RANK[severity] < RANK[Severity.MAJOR] and case.group_size >= rule.major_from:
        raise SeverityStands(f"{rule.major_from}人以上的群体投诉依法属于重大投诉，不能降低等级")
    if RANK[severity] < RANK.get((await by_rules(session, case)).result, 0) and MANAGER not in by.roles:
        raise SeverityStands("该等级由规则认定，确需降低的由投诉管理岗办理")


def require_may_lower_matter(case: Case, by: Principal) -> None:
    allowed = {REVIEWER, LEAD, MANAGER} if Status(case.status) in BEFORE_DISPATCH else {MANAGER}
    if is_regulated(case) or works_on(case, by) or not by.roles & allowed:
        raise MayNotLower


async def require_may_place(session: AsyncSession, case: Case, by: Principal) -> None:
    """The unit complained of, or answerable, is not changed by itself, and after dispatch by a second role only."""
    units = await tree(session)
    above = {unit.id for unit in units.above(by.organisation_id)}
    if any(_own(units.units, unit_id, by, above) for unit_id in (case.unit_id, case.responsible_unit_id)):
        raise OwnUnit
    if Status(case.status) not in BEFORE_DISPATCH and not by.roles & {LEAD, MANAGER}:
        raise SecondRoleNeeded


def _own(units: Mapping[UUID, Unit], unit_id: UUID | None, by: Principal, above: set[UUID]) -> bool:
    """At a branch whoever works there or below; at head office the department itself."""
    unit = units.get(unit_id) if unit_id is not None else None
    return unit is not None and (unit_id == by.organisation_id or (unit.level in BRANCHES and unit_id in above))
