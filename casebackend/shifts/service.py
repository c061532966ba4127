"""值班与交接: planned by leaders, handed over with what is open, taken over by the next shift."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.shifts import GiveHandover, PlanShift, TakeHandover
from casebackend.audit import service as audit
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.customers import personal
from casebackend.customers.rules import mask
from casebackend.database import locked
from casebackend.people.leaving import open_work
from casebackend.shifts import errors, rules
from casebackend.shifts.model import Handover, HandoverItem, Shift
from casebackend.shifts.rules import HandoverState
from casebackend.staff.model import User

UNASSIGNED = "unassigned"


async def led(session: AsyncSession, user_id: UUID, by: Principal) -> User:
    """The colleague, where `by` leads his unit or one above it."""
    user = await session.get(User, user_id)
    allowed = await scope_of(session, by)
    known = user is not None and user.active and user.organisation_id is not None
    if user is None or not known or not (allowed.allows(user.organisation_id) or _same_unit(user, by)):
        raise errors.ShiftWrong("请选择本单位或下级机构的在用人员")
    if not by.roles & rules.PLANNERS:
        raise errors.LeadersPlan
    return user


def _same_unit(user: User, by: Principal) -> bool:
    return user.organisation_id is not None and user.organisation_id == by.organisation_id


async def plan(session: AsyncSession, command: PlanShift, *, by: Principal, now: datetime) -> Shift:
    user = await led(session, command.user_id, by)
    if user.organisation_id is None:
        raise errors.NoUnit
    if not command.starts_at < command.ends_at <= command.starts_at + rules.LONGEST or command.ends_at <= now:
        raise errors.ShiftWrong("结束须晚于开始和现在，一个班次不超过7天")
    await locked(session, User, user.id)
    overlaps = select(Shift.id).where(
        Shift.user_id == user.id,
        Shift.cancelled_at.is_(None),
        Shift.starts_at < command.ends_at,
        Shift.ends_at > command.starts_at,
    )
    if await session.scalar(overlaps.limit(1)) is not None:
        raise errors.ShiftTwice
    shift = Shift(
        id=uuid4(), unit_id=user.organisation_id, planned_by=by.display_name, planned_at=now, **command.model_dump()
    )
    session.add(shift)
    await session.flush()
    await _audit(session, "shift.planned", f"shift:{shift.id}", by, now)
    return shift


async def held_shift(session: AsyncSession, shift_id: UUID, by: Principal) -> Shift:
    shift = await locked(session, Shift, shift_id)
    if shift is None or not await sees(session, shift.unit_id, by):
        raise errors.ShiftUnknown
    return shift


async def cancel(session: AsyncSession, shift: Shift, reason: str, *, by: Principal, now: datetime) -> None:
    if not by.roles & rules.PLANNERS:
        raise errors.LeadersPlan
    if shift.cancelled_at is not None or shift.ends_at <= now:
        raise errors.ShiftOver
    shift.cancelled_at, shift.cancel_reason = now, masked(reason)
    await session.flush()
    await _audit(session, "shift.cancelled", f"shift:{shift.id}", by, now)


async def sees(session: AsyncSession, unit_id: UUID, by: Principal) -> bool:
    return unit_id == by.organisation_id or (await scope_of(session, by)).allows(unit_id)


async def give(session: AsyncSession, command: GiveHandover, *, by: Principal, now: datetime) -> Handover:
    """With what the giver has in hand and what waits in his unit for anybody."""
    if by.user_id is None or by.organisation_id is None:
        raise errors.NoUnit
    await locked(session, User, by.user_id)
    waiting = select(Handover.id).where(Handover.giver_id == by.user_id, Handover.state.not_in(sorted(rules.OVER)))
    if await session.scalar(waiting.limit(1)) is not None:
        raise errors.HandoverOpen
    taker = await session.get(User, command.to_id) if command.to_id else None
    if command.to_id and (taker is None or not taker.active or not _same_unit(taker, by) or taker.id == by.user_id):
        raise errors.ShiftWrong("接班人须为本单位的其他在用人员")
    given = Handover(
        id=uuid4(),
        unit_id=by.organisation_id,
        giver_id=by.user_id,
        given_at=now,
        to_id=command.to_id,
        note=masked(command.note) if command.note else None,
    )
    session.add(given)
    await session.flush()
    session.add_all(await _items(session, given))
    await session.flush()
    await _audit(session, "handover.given", f"handover:{given.id}", by, now)
    return given


async def _items(session: AsyncSession, given: Handover) -> list[HandoverItem]:
    found = [
        HandoverItem(kind=each.kind, subject_id=each.id, label=each.label, due_at=each.due_at, own=True)
        for each in await open_work(session, given.giver_id)
    ]
    waiting = await session.execute(
        select(Case.id, Case.number)
        .where(
            Case.handling_unit_id == given.unit_id,
            Case.status == Status.DISPATCHED,
            Case.handler_id.is_(None),
            Case.assignee_id.is_(None),
        )
        .order_by(Case.number)
    )
    found += [HandoverItem(kind=UNASSIGNED, subject_id=one, label=number, own=False) for one, number in waiting]
    for seq, item in enumerate(found, 1):
        item.handover_id, item.seq = given.id, seq
    return found


async def handover(session: AsyncSession, handover_id: UUID, by: Principal, *, to_read: bool = False) -> Handover:
    """Locked, unless it is only read."""
    found = await (session.get(Handover, handover_id) if to_read else locked(session, Handover, handover_id))
    if found is None or not await sees(session, found.unit_id, by):
        raise errors.HandoverUnknown
    return found


async def may_take(session: AsyncSession, given: Sequence[Handover], by: Principal) -> set[UUID]:
    """Which of these `by` may answer: a colleague of the same unit, and the one that was named as long as he is there
    to do it; or a leader. The handovers are within the scope of `by`."""
    waiting = [each for each in given if each.state not in rules.OVER]
    return {each.id for each in waiting if await is_next(session, each, by)}


async def is_next(session: AsyncSession, given: Handover, by: Principal) -> bool:
    if by.user_id == given.giver_id:
        return False
    if by.roles & rules.PLANNERS:
        return True
    return by.organisation_id == given.unit_id and (
        given.to_id == by.user_id or not await _is_there(session, given.to_id, given.unit_id)
    )


async def _is_there(session: AsyncSession, user_id: UUID | None, unit_id: UUID) -> bool:
    """Whoever left, was switched off or works elsewhere takes nothing over any more."""
    named = await session.get(User, user_id) if user_id else None
    return named is not None and named.active and named.organisation_id == unit_id


async def answer(
    session: AsyncSession, given: Handover, command: TakeHandover, *, by: Principal, now: datetime
) -> None:
    """`given` is held. A question leaves it open; whoever takes it over has read what is open."""
    if given.state in rules.OVER:
        raise errors.HandoverTaken
    if command.decision == "withdraw":
        return await _withdraw(session, given, by, now)
    if not await is_next(session, given, by):
        raise errors.NotTheNextShift
    if command.decision == "question" and not command.answer:
        raise errors.ShiftWrong("请写明疑问")
    taken = command.decision == "take"
    given.state = HandoverState.TAKEN if taken else HandoverState.QUESTIONED
    given.taker_id, given.taken_at = by.user_id, now
    given.answer = masked(command.answer) if command.answer else given.answer
    await session.flush()
    await _audit(session, f"handover.{given.state}", f"handover:{given.id}", by, now)


async def _withdraw(session: AsyncSession, given: Handover, by: Principal, now: datetime) -> None:
    if by.user_id != given.giver_id:
        raise errors.NotYourHandover
    given.state = HandoverState.WITHDRAWN
    await session.flush()
    await _audit(session, "handover.withdrawn", f"handover:{given.id}", by, now)


def masked(text: str) -> str:
    """No case stands behind these words, so there is no vault to keep a value in: only its mask stays."""
    kept = personal.tokenise(text, None, {})
    said = kept.text
    for value in kept.values:
        said = said.replace(value.token, mask(value.kind, value.value))
    return said


async def _audit(session: AsyncSession, event: str, subject: str, by: Principal, now: datetime) -> None:
    await audit.record(session, chain="shifts", event=event, actor=by.actor, object=subject, now=now)
