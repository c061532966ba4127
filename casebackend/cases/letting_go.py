"""Whoever has to stay away from a case has it no more: it goes back to be dispatched, or to the pool of its unit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import MoveCase
from casebackend.cases import deciding, recusing, service
from casebackend.cases.filing import SYSTEM, written
from casebackend.cases.model import Case
from casebackend.cases.recusing import Went
from casebackend.cases.rules import LIFECYCLE, OPEN, Move, Status
from casebackend.notices.hearing import withdraw_unsent
from casebackend.outbox import service as outbox
from casebackend.recusals.rules import LABELS, Why
from casebackend.staff.model import User
from casebackend.timeline.rules import Kind

# Answered: there is nothing in hand any more, and who handled it stays known.
ANSWERED = frozenset({Status.REPLIED, Status.FOLLOW_UP})
BACK, POOLED = "退回重新转办", "退回本单位重新安排承办人"


async def follow(session: AsyncSession, case: Case, *, now: datetime) -> None:
    """After somebody was named or declared a conflict. `case` is held; others of the matter come one by one later."""
    await let_go(session, case, now=now)
    for other in await _of_the_matter(session, case):
        outbox.emit(session, "recusal.spread", {"case_id": str(other)}, now=now)


async def on_spread(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    await let_go(session, await service.hold(session, UUID(payload["case_id"])), now=now)


async def on_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whom a merged complaint is about stays away from its master too."""
    if payload.get("move") != Move.MERGE:
        return
    merged = await session.get_one(Case, UUID(payload["case_id"]))
    if merged.master_id is not None:
        await let_go(session, await service.hold(session, merged.master_id), now=now)


async def let_go(session: AsyncSession, case: Case, *, now: datetime) -> None:
    """Each who has it, or is to have it, and may not; changes nothing where nobody has to go."""
    if Status(case.status) not in OPEN:
        return
    await session.flush()
    barred = await recusing.barred(session, case, await _having(session, case))
    for user_id, why in barred.items():
        went = await _out_of_hands(session, case, barred, why, now)
        told(session, case, user_id, why, went, now=now)
    await _decided_by_others(session, case, now)
    await withdraw_unsent(session, case.id)


async def _having(session: AsyncSession, case: Case) -> Sequence[User]:
    ids = {case.handler_id, case.assignee_id} - {None}
    return (await session.scalars(select(User).where(User.id.in_(ids)).order_by(User.id))).all() if ids else []


async def _out_of_hands(session: AsyncSession, case: Case, barred: Mapping[UUID, Why], why: Why, now: datetime) -> Went:
    """Once for all of them."""
    status = Status(case.status)
    if status in ANSWERED:
        return Went.ANSWERED
    if not {case.handler_id, case.assignee_id} & barred.keys():
        return Went.SENT_BACK if status is Status.ACCEPTED else Went.POOLED
    because = "承办人申请回避" if why is Why.DECLARED else f"承办人须回避（{LABELS[why]}）"
    if (status, Move.SEND_BACK) in LIFECYCLE:
        command = MoveCase(move=Move.SEND_BACK, opinion=f"{because}，{BACK}")
        await service.move_case(session, case.id, command, principal=SYSTEM, now=now)
        return Went.SENT_BACK
    had = case.handler_id, case.assignee_id
    case.handler_id = None if case.handler_id in barred else case.handler_id
    case.assignee_id, case.assigned_why = case.handler_id, []
    await session.flush()
    detail: dict[str, object] = {"assignee_id": None, "why": [because]}
    changed = ["assigned_why", "assignee_id", "handler_id"]
    await written(
        session, case, Kind.UNASSIGNED, SYSTEM, now=now, opinion=f"{because}，{POOLED}", detail=detail, fields=changed,
        had=had,
    )  # fmt: skip
    return Went.POOLED


async def _decided_by_others(session: AsyncSession, case: Case, now: datetime) -> None:
    """It may have waited for the decision of somebody who has to stay away."""
    if await deciding.due(session, case) is None:
        return
    before = case.awaits, case.awaits_unit_id
    with session.no_autoflush:
        await deciding.wait_for(session, case, now=now)
    if before != (case.awaits, case.awaits_unit_id):
        await session.flush()
        await written(session, case, Kind.AWAITS, SYSTEM, now=now, fields=["awaits", "awaits_unit_id"])


def told(session: AsyncSession, case: Case, user_id: UUID, why: Why, went: Went, *, now: datetime) -> None:
    """Who leads there hears of it."""
    about: dict[str, object] = {"case_id": str(case.id), "user_id": str(user_id), "why": why, "went": went}
    outbox.emit(session, "case.recused", about | {"at": now.isoformat()}, now=now)


async def _of_the_matter(session: AsyncSession, case: Case) -> Sequence[UUID]:
    """Open cases from which the same people stay away as from this one (`recusing`): its second complaint, its master,
    and what is merged with it."""
    near = {case.id, case.master_id} - {None}
    related = or_(Case.parent_id.in_(near), Case.master_id.in_(near), Case.id == case.master_id)
    found = select(Case.id).where(related, Case.id != case.id, Case.status.in_(sorted(OPEN)))
    return (await session.scalars(found.order_by(Case.id))).all()
