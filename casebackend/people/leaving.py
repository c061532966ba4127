"""Somebody leaves: what he has open goes to a successor or to the pool of his unit, and his login ends with it."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind, Principal
from casebackend.api.people import Leave, Left, WorkItem
from casebackend.assignments import service as assignments
from casebackend.cases import filing, hearers
from casebackend.cases.model import Case
from casebackend.cases.rules import SYSTEM, Status
from casebackend.cases.service import hold as hold_case
from casebackend.cases.words import STATUS_LABELS
from casebackend.conversations.model import Conversation
from casebackend.conversations.rules import Owner
from casebackend.demands import rules as supervision_rules
from casebackend.demands.model import Supervision
from casebackend.handoffs import rules as handoff_rules
from casebackend.handoffs import service as handoffs
from casebackend.matters.catalogue import catalogue
from casebackend.notices.service import Word, notify
from casebackend.notices.standing_in import stand_ins
from casebackend.outbox import service as outbox
from casebackend.people import accounts, errors
from casebackend.people.model import RightsRequest
from casebackend.people.rules import RequestState
from casebackend.registration import pooling
from casebackend.replies import leaving as own_replies
from casebackend.reviews import handing as reviews
from casebackend.reviews import rules as review_rules
from casebackend.reviews.model import Review
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.staff.service import end_all_sessions
from casebackend.supervision import service as supervision
from casebackend.tasks import rules as task_rules
from casebackend.tasks import service as tasks
from casebackend.tasks.model import Task
from casebackend.timeline.rules import Kind as Entry

# An administrator hands over what he may not see: the history names the act, the audit trail the person.
HANDING = Principal(Kind.SERVICE, "leaving", frozenset({SYSTEM}), display_name="离岗交接")


async def open_work(session: AsyncSession, user_id: UUID) -> list[WorkItem]:
    """By kind, what is due first. Numbers only: whoever administers users sees no case."""
    found = await _cases(session, user_id)
    found += await _around(session, user_id)
    talks = select(Conversation.id).where(Conversation.owner == Owner.PERSON, Conversation.owner_user_id == user_id)
    found += [WorkItem(kind="talk", id=each, label="人工会话") for each in await session.scalars(talks)]
    matters = catalogue().matters
    found += [
        WorkItem(kind="draft", id=each.id, label=f"暂存的登记（{matters[each.matter_type].label}）")
        for each in await pooling.begun_by(session, user_id)
    ]
    return found


async def _cases(session: AsyncSession, user_id: UUID) -> list[WorkItem]:
    in_hand = and_(Case.handler_id == user_id, Case.status.in_(sorted(assignments.IN_HAND)))
    assigned = and_(Case.assignee_id == user_id, Case.handler_id.is_(None), Case.status == Status.DISPATCHED)
    rows = await session.execute(
        select(Case.id, Case.number, Case.status).where(or_(in_hand, assigned)).order_by(Case.number)
    )
    return [
        WorkItem(kind="case", id=identity, label=f"{number} {STATUS_LABELS[Status(status)]}")
        for identity, number, status in rows
    ]


async def _around(session: AsyncSession, user_id: UUID) -> list[WorkItem]:
    """Parts of cases: what was asked of him, what he reviews, what he demanded."""
    asked = await session.execute(
        select(Task.id, Case.number, Task.due_at)
        .join(Case, Case.id == Task.case_id)
        .where(or_(Task.user_id == user_id, Task.received_by == user_id), Task.state.in_(task_rules.PENDING))
        .order_by(Task.due_at)
    )
    found = [WorkItem(kind="task", id=one, label=f"{number} 协办任务", due_at=due) for one, number, due in asked]
    reviewed = select(Review.id, Review.number).where(
        Review.reviewer_id == user_id, Review.state.in_(sorted(review_rules.OPEN))
    )
    found += [
        WorkItem(kind="review", id=one, label=f"{number} 核查") for one, number in await session.execute(reviewed)
    ]
    demanded = await session.execute(
        select(Supervision.id, Case.number, Supervision.due_at)
        .join(Case, Case.id == Supervision.case_id)
        .where(Supervision.opened_by == user_id, Supervision.state != supervision_rules.State.CLOSED)
    )
    found += [WorkItem(kind="supervision", id=one, label=f"{number} 督办", due_at=due) for one, number, due in demanded]
    return found


async def leave(session: AsyncSession, user: User, command: Leave, *, by: Principal, now: datetime) -> Left:
    """`user` is held. All of it or nothing: whatever fails leaves him at his work."""
    if by.user_id == user.id:
        raise errors.NotOneself
    if user.left_at is not None:
        raise errors.HasLeft
    await accounts.require_not_the_last(session, user)
    successor = await _successor(session, user, command.successor_id)
    user.active, user.left_at, user.disabled_why = False, now, command.reason
    await end_all_sessions(session, user.id, now=now)
    taken: Counter[str] = Counter()
    pooled: Counter[str] = Counter()
    for item in await open_work(session, user.id):
        went = await _hand_over(session, item, user, successor, command.reason, now)
        (taken if went else pooled)[item.kind] += 1
    await _withdraw_requests(session, user, by, now)
    replies = await own_replies.offered(session, user.id, user.organisation_id, now=now)
    detail: dict[str, object] = {"successor": str(successor.id) if successor else None, **taken + pooled}
    detail |= {"replies": replies} if replies else {}
    await accounts.written(session, user, "user.left", by, now=now, detail=detail)
    await _tell_leaders(session, user, pooled, now)
    outbox.emit(session, "user.left", {"user_id": str(user.id)}, now=now)
    return Left(user_id=user.id, version=user.version, to_successor=dict(taken), to_pool=dict(pooled))


async def _tell_leaders(session: AsyncSession, user: User, pooled: Counter[str], now: datetime) -> None:
    """What nobody was named for, somebody has to name a person for."""
    if pooled.total() and user.organisation_id is not None:
        leaders = [each for each in await staff.leaders_of(session, user.organisation_id) if each.id != user.id]
        values = {"name": user.display_name, "count": pooled.total()}
        word = Word(f"user.left:{user.id}", "user.left", "staff_left", values, "/queue?tab=unassigned")
        await notify(session, word, to=leaders, unit_id=user.organisation_id, now=now)


async def _successor(session: AsyncSession, user: User, successor_id: UUID | None) -> User | None:
    if successor_id is None:
        return None
    found = await session.get(User, successor_id)
    if found is None or not found.active or found.id == user.id or found.organisation_id != user.organisation_id:
        raise errors.SuccessorWrong
    return found


async def _hand_over(
    session: AsyncSession, item: WorkItem, user: User, successor: User | None, reason: str, now: datetime
) -> bool:
    """Whether the successor has it; what he may not have goes to the pool."""
    to = successor.id if successor else None
    if item.kind == "case":
        went = await assignments.hand_over(session, item.id, user.id, to, reason, principal=HANDING, now=now)
        return went is not None
    if item.kind == "task":
        return await _task(session, item.id, to, reason, now)
    if item.kind == "review":
        able = to if successor and review_rules.REVIEWERS & set(successor.roles) else None
        await reviews.hand_over(session, item.id, able, reason, principal=HANDING, now=now)
        return able is not None
    if item.kind == "supervision":
        return await _demand(session, item.id, user, successor, now)
    if item.kind == "draft":
        able = to if successor and pooling.ABLE & set(successor.roles) else None
        await pooling.hand_over(session, item.id, able, user.organisation_id, by=HANDING.actor, now=now)
        return able is not None
    taker = successor if successor and handoff_rules.INTAKE in successor.roles else None
    return await handoffs.hand_over(session, item.id, user.id, taker, now=now) is not None


async def _task(session: AsyncSession, task_id: UUID, to: UUID | None, reason: str, now: datetime) -> bool:
    case_id = (await session.get_one(Task, task_id)).case_id
    case = await hold_case(session, case_id)
    task = await tasks.hold(session, task_id)
    of_person = task.user_id is not None
    tasks.hand_over(task, to)
    task.unit_id = task.unit_id or case.handling_unit_id
    await session.flush()
    detail: dict[str, object] = {"task_id": str(task.id), "user_id": str(task.user_id) if task.user_id else None}
    await filing.noted(session, case, Entry.TASK_HANDED_OVER, HANDING, now=now, detail=detail)
    return of_person and to is not None


async def _demand(session: AsyncSession, item_id: UUID, user: User, successor: User | None, now: datetime) -> bool:
    """Somebody has to end it: the successor, else whoever stands nearest above, sees the case and may."""
    case = await session.get_one(Case, (await session.get_one(Supervision, item_id)).case_id)
    for to, why in await _demanding(session, user, successor):
        if supervision_rules.SUPERVISORS & set(to.roles) and await hearers.seeing(session, case, [to], now=now):
            why = f"原督办人离岗，由{why}接续"
            await supervision.hand_over(session, item_id, to.id, to.display_name, why, principal=HANDING, now=now)
            return successor is not None and to.id == successor.id
    return False


async def _demanding(session: AsyncSession, user: User, successor: User | None) -> list[tuple[User, str]]:
    """Who may have it instead, in this order, and what makes it him."""
    found = [(successor, "接替人")] if successor else []
    for each in await staff.superiors(session, user):
        near = each.id == user.superior_id
        own = "所在机构负责人" if each.organisation_id == user.organisation_id else "上级机构负责人"
        found.append((each, "直接上级" if near else own))
    return found + [(each, "投诉管理人员") for each in await stand_ins(session, user.organisation_id)]


async def _withdraw_requests(session: AsyncSession, user: User, by: Principal, now: datetime) -> None:
    await session.execute(
        update(RightsRequest)
        .where(RightsRequest.user_id == user.id, RightsRequest.state == RequestState.ASKED)
        .values(state=RequestState.WITHDRAWN, decided_by_name=by.display_name, decided_at=now, opinion="人员离岗")
    )
