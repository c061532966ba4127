"""A case in a unit gets a handler: proposed by rules that say why, or named by a leader with a reason."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.assignments import queries
from casebackend.assignments.rules import ASSIGNERS
from casebackend.cases import fields, filing, recusing, service, standing, taking
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.cases.words import EXCLUDED
from casebackend.errors import Conflict, Forbidden
from casebackend.outbox import service as outbox
from casebackend.timeline.rules import Kind

IN_HAND = frozenset(
    {
        Status.INVESTIGATING, Status.COUNTERSIGN, Status.SUSPENDED, Status.PROPOSED, Status.CLOSURE_REVIEW,
        Status.REPLY_PENDING,
    }
)  # fmt: skip


class NotAssignable(Conflict):
    slug, title = "not-assignable", "当前状态不能分派"

    def __init__(self) -> None:
        super().__init__("投诉转办到承办单位之后、答复客户之前才能分派承办人")


class NoCandidate(Conflict):
    slug, title = "no-candidate", "不能分派给该人员"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class LeadersAssign(Forbidden):
    slug, title = "leaders-assign", "由负责人分派"

    def __init__(self) -> None:
        super().__init__("由班长、部门负责人或投诉管理岗分派承办人")


async def assign(session: AsyncSession, case_id: UUID, *, now: datetime) -> UUID | None:
    """The best of those who are here; nobody, when nobody can. Changes nothing when it is in somebody's hands."""
    case = await service.hold(session, case_id)
    if Status(case.status) is not Status.DISPATCHED or case.handler_id is not None:
        return None
    present = await taking.here(session, now=now)
    if case.assignee_id in present and case.assignee_id is not None:
        return case.assignee_id
    pool = await queries.pool(session, case, now=now)
    best = pool.ranked[0] if pool.ranked else None
    if best is not None:
        await _write(session, case, best.user_id, best.why, SYSTEM, now=now)
    elif case.assignee_id is not None:
        await _write(session, case, None, (), SYSTEM, now=now)
    return best.user_id if best else None


async def give(
    session: AsyncSession, case_id: UUID, user_id: UUID, reason: str, *, principal: Principal, now: datetime
) -> Case:
    """By a leader who need not stay away himself. A case already in hand passes to the other person at once."""
    case = await service.hold(session, case_id)
    if not principal.roles & ASSIGNERS:
        raise LeadersAssign
    await standing.require_scope(session, case, principal)
    await recusing.require_unbarred(session, case, principal)
    status = Status(case.status)
    if status is not Status.DISPATCHED and status not in IN_HAND:
        raise NotAssignable
    pool = await queries.pool(session, case, now=now)
    found = next((each for each in pool.ranked if each.user_id == user_id), None)
    if found is None:
        excluded = next((why for user, why in pool.excluded if user.id == user_id), None)
        raise NoCandidate(f"该人员{EXCLUDED[excluded]}" if excluded else "只能分派给承办单位的承办人")
    if user_id in (case.handler_id, case.assignee_id if case.handler_id is None else None):
        raise NoCandidate("投诉已由该人员承办")
    opinion = await fields.protected(session, case, reason)
    why = (f"{principal.display_name}指定", *found.why)
    await _write(session, case, user_id, why, principal, now=now, opinion=opinion, in_hand=status in IN_HAND)
    return case


async def hand_over(
    session: AsyncSession,
    case_id: UUID,
    left: UUID,
    to: UUID | None,
    reason: str,
    *,
    principal: Principal,
    now: datetime,
) -> UUID | None:
    """From a person who is no longer here to the one named, if he may handle it; else to the pool of the unit."""
    case = await service.hold(session, case_id)
    in_hand = case.handler_id == left and Status(case.status) in IN_HAND
    assigned = case.assignee_id == left and case.handler_id is None and Status(case.status) is Status.DISPATCHED
    if not in_hand and not assigned:
        return None
    taker = to if to is not None and await queries.could_take(session, case, to, now=now) else None
    opinion = await fields.protected(session, case, reason)
    why = ("离岗交接",) if taker else ()
    await _write(session, case, taker, why, principal, now=now, opinion=opinion, in_hand=in_hand)
    return taker


async def _write(
    session: AsyncSession,
    case: Case,
    user_id: UUID | None,
    why: Sequence[str],
    principal: Principal,
    *,
    now: datetime,
    opinion: str | None = None,
    in_hand: bool = False,
) -> None:
    before, had = case.assignee_id, (case.handler_id, case.assignee_id)
    case.assignee_id, case.assigned_why = user_id, list(why)
    if in_hand:
        case.handler_id = user_id
    await session.flush()
    detail: dict[str, object] = {"assignee_id": str(user_id) if user_id else None, "why": list(why)}
    changed = ["assigned_why", "assignee_id"] + (["handler_id"] if in_hand else [])
    kind = Kind.ASSIGNED if user_id else Kind.UNASSIGNED
    await filing.written(
        session, case, kind, principal, now=now, opinion=opinion, detail=detail, fields=changed, had=had
    )
    if user_id is not None and user_id != before:
        payload: dict[str, object] = {"case_id": str(case.id), "user_id": str(user_id), "version": case.version}
        outbox.emit(session, "case.assigned", payload, now=now)
