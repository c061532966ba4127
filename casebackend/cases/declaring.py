"""A colleague declares a conflict of interest; head office may waive what keeps somebody away."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases import fields, filing, letting_go, recusing, service
from casebackend.cases.model import Case
from casebackend.cases.placing import is_head_office
from casebackend.cases.recusing import Went
from casebackend.cases.rules import MANAGER, OPEN, Status
from casebackend.errors import Conflict, Forbidden, NotFound
from casebackend.recusals import queries
from casebackend.recusals.model import Recusal, Waiver
from casebackend.recusals.rules import Why
from casebackend.staff.model import User
from casebackend.timeline.rules import Kind


class AlreadyDeclared(Conflict):
    slug, title = "already-declared", "已申请回避"

    def __init__(self) -> None:
        super().__init__("您已对这件投诉申请回避")


class CaseOver(Conflict):
    slug, title = "case-over", "投诉已办结"

    def __init__(self) -> None:
        super().__init__("投诉已办结，不需要回避")


class HeadOfficeOnly(Forbidden):
    slug, title = "head-office-only", "由总行解除回避"

    def __init__(self) -> None:
        super().__init__("只有总行投诉管理部门可以说明理由后解除他人的回避，不能解除自己的回避")


class NothingToWaive(Conflict):
    slug, title = "nothing-to-waive", "无须解除"

    def __init__(self) -> None:
        super().__init__("该人员对这件投诉不需要回避")


class PersonNotFound(NotFound):
    slug = "person-not-found"

    def __init__(self) -> None:
        super().__init__("没有这位在岗人员")


async def declare(session: AsyncSession, case_id: UUID, reason: str, *, principal: Principal, now: datetime) -> Recusal:
    """Whoever held the case gives it back with that, to be handled by somebody else; who leads there is told anyhow."""
    case = await service.hold(session, case_id)
    if Status(case.status) not in OPEN:
        raise CaseOver
    if principal.user_id is None or await queries.standing(session, case.id, principal.user_id) is not None:
        raise AlreadyDeclared
    recusal = Recusal(
        case_id=case.id,
        user_id=principal.user_id,
        reason=await fields.protected(session, case, reason),
        declared_by=principal.user_id,
        declared_at=now,
    )
    session.add(recusal)
    await session.flush()
    await filing.noted(session, case, Kind.RECUSAL_DECLARED, principal, now=now, opinion=recusal.reason)
    if principal.user_id not in (case.handler_id, case.assignee_id):
        letting_go.told(session, case, principal.user_id, Why.DECLARED, Went.NOT_HIS, now=now)
    await letting_go.follow(session, case, now=now)
    return recusal


async def waive(
    session: AsyncSession, case_id: UUID, user_id: UUID, reason: str, *, principal: Principal, now: datetime
) -> Waiver:
    case = await service.hold(session, case_id)
    if not await _of_head_office(session, principal) or principal.user_id in (None, user_id):
        raise HeadOfficeOnly
    await recusing.require_unbarred(session, case, principal)
    user = await session.get(User, user_id)
    if user is None or not user.active:
        raise PersonNotFound
    if not await recusing.barred(session, case, [user]):
        raise NothingToWaive
    said = await fields.protected(session, case, reason)
    return await _granted(session, case, user, said, principal, now)


async def _granted(
    session: AsyncSession, case: Case, user: User, said: str, principal: Principal, now: datetime
) -> Waiver:
    declared = await queries.standing(session, case.id, user.id)
    if declared is not None:
        declared.lifted_by, declared.lifted_at, declared.lifted_reason = principal.user_id, now, said
    waiver = Waiver(case_id=case.id, user_id=user.id, reason=said, granted_by=principal.user_id, granted_at=now)
    session.add(waiver)
    await session.flush()
    detail: dict[str, object] = {"user_id": str(user.id)}
    await filing.noted(session, case, Kind.RECUSAL_WAIVED, principal, now=now, opinion=said, detail=detail)
    return waiver


async def _of_head_office(session: AsyncSession, principal: Principal) -> bool:
    return MANAGER in principal.roles and await is_head_office(session, principal.organisation_id)
