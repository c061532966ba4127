"""Everybody who works on a case may correct its classification; each correction is signed (全员参与)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.access.principal import Principal
from casebackend.api.cases import Classify
from casebackend.cases import fields, guards, steering
from casebackend.cases.filing import written
from casebackend.cases.model import Case, CaseParticipant
from casebackend.cases.rules import APPROVER, AUDITOR, IN_PROCESS, MANAGER, REVIEWER, Status
from casebackend.cases.service import hold
from casebackend.errors import Conflict, Forbidden
from casebackend.timeline.rules import Kind

# From the approval of the opinion on (or an answer without one) the classification belongs to the decision.
DECIDED = frozenset({Status.CLOSURE_REVIEW, Status.REPLY_PENDING, Status.REPLIED, Status.FOLLOW_UP})
OPEN_TO_CODING = IN_PROCESS - DECIDED
DECIDING = frozenset({REVIEWER, AUDITOR, APPROVER, MANAGER})


class NotOpen(Conflict):
    slug, title = "case-not-open", "投诉已办结"

    def __init__(self) -> None:
        super().__init__("只有处理中的投诉可以调整分类")


class DecisionStands(Conflict):
    slug, title = "decision-stands", "处理意见已审定"

    def __init__(self) -> None:
        super().__init__("处理意见审定后不能再调整分类；确有错误的，由审核人退回重办，或在同意办结时更正")


class NotTakingPart(Forbidden):
    slug, title = "not-taking-part", "您没有参与这件投诉"

    def __init__(self) -> None:
        super().__init__("只有经办过该投诉的人员、承办单位人员和审核人员可以调整分类")


class NothingChanged(Conflict):
    slug, title = "nothing-changed", "分类没有变化"

    def __init__(self) -> None:
        super().__init__("请选择与现在不同的分类")


async def takes_part(session: AsyncSession, case: Case, principal: Principal) -> bool:
    if principal.roles & DECIDING or case.handler_id == principal.user_id:
        return True
    units = {case.handling_unit_id, case.receiving_unit_id, case.responsible_unit_id} - {None}
    if principal.organisation_id in units:
        return True
    return await session.get(CaseParticipant, (case.id, principal.user_id)) is not None


async def classify(
    session: AsyncSession, case_id: UUID, command: Classify, *, match: str, principal: Principal, now: datetime
) -> Case:
    """`match`: an If-Match as it was sent, compared under the lock."""
    case = await hold(session, case_id)
    preconditions.require(match, case.version)
    if Status(case.status) not in IN_PROCESS:
        raise NotOpen
    if Status(case.status) in DECIDED:
        raise DecisionStands
    if not await takes_part(session, case, principal):
        raise NotTakingPart
    await steering.require(session, case, principal)
    await guards.require_terms(session, command)
    wanted = command.model_dump(exclude={"reason"}, exclude_none=True)
    reason = await fields.protected(session, case, command.reason)
    before = fields.take(case, wanted, by_person=True)
    if not before:
        raise NothingChanged
    if case.coded_by is not None:
        case.coded_by = principal.user_id
    session.add_all(fields.signed(case, before, principal, reason=reason, now=now))
    await session.flush()
    detail: dict[str, object] = {name: getattr(case, name) for name in before}
    await written(
        session, case, Kind.CLASSIFIED, principal, now=now, opinion=reason, detail={"fields": sorted(before)} | detail,
        fields=before,
    )  # fmt: skip
    return case
