"""督办: opened with a demand and a due time, answered by whoever has the case, ended by the supervisor only."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.supervision import OpenSupervision, ReturnSupervision
from casebackend.cases import fields, queries, steering
from casebackend.cases.filing import noted
from casebackend.cases.model import Case
from casebackend.cases.rules import IN_PROCESS, Status
from casebackend.cases.service import hold, visible
from casebackend.clocks import service as clocks
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import SUPERVISION, Due, StopReason, Term, Unit, moment_text
from casebackend.database import locked
from casebackend.demands import rules
from casebackend.demands.model import Supervision, SupervisionReply
from casebackend.demands.rules import State
from casebackend.errors import Forbidden
from casebackend.notices.thresholds import in_force
from casebackend.outbox import service as outbox
from casebackend.supervision.errors import (
    DuePassed,
    MayNotAnswer,
    MayNotClose,
    NothingReplied,
    NothingToReturn,
    NotSupervisable,
    NumberMissing,
    SupervisionEnded,
    SupervisionNotFound,
)
from casebackend.timeline.rules import Kind

NEAR_SHARE = Decimal("0.75")


async def open_item(
    session: AsyncSession, reference: str, command: OpenSupervision, *, by: Principal, now: datetime
) -> Supervision:
    if by.user_id is None or not by.roles & rules.SUPERVISORS:
        raise Forbidden("您的岗位不能发起督办")
    case = await hold(session, (await visible(session, by, reference)).id)
    await steering.require(session, case, by)
    if Status(case.status) not in IN_PROCESS:
        raise NotSupervisable
    if command.due_at <= now:
        raise DuePassed
    if rules.Source(command.source) is rules.Source.REGULATOR and not command.number:
        raise NumberMissing
    timer = await _clock(session, case, command.due_at, now)
    item = Supervision(
        id=uuid4(),
        case_id=case.id,
        timer_id=timer.id,
        source=command.source,
        number=command.number,
        demand=await fields.protected(session, case, command.demand),
        opened_by=by.user_id,
        opened_by_name=by.display_name or by.name,
        opened_at=now,
        due_at=command.due_at,
    )
    session.add(item)
    await session.flush()
    detail: dict[str, object] = {"supervision_id": str(item.id), "due_at": item.due_at.isoformat()}
    await noted(session, case, Kind.SUPERVISED, by, now=now, opinion=item.demand, detail=detail)
    payload = detail
    outbox.emit(session, "supervision.opened", payload, now=now)
    unread_at = now + (await in_force(session, now)).hours("supervision.unread_hours")
    outbox.emit(session, "supervision.unread", payload, now=now, due_at=unread_at)
    return item


async def _clock(session: AsyncSession, case: Case, due_at: datetime, now: datetime) -> Timer:
    """Its length is what the supervisor says, so it comes with its due time and its own derivation."""
    near_at = now + float(NEAR_SHARE) * (due_at - now)
    text = f"督办 {moment_text(now)}发出，要求 {moment_text(due_at)}前回复"
    due = Due(near_at, due_at, text, provisional=False)
    term = Term("督办回复", Decimal((due_at - now).days), Unit.CALENDAR_DAYS)
    return await clocks.start(session, case.id, SUPERVISION, at=now, term=term, due=due)


async def visible_item(
    session: AsyncSession, item_id: UUID, by: Principal, *, to_read: bool = False
) -> tuple[Supervision, Case]:
    """With its case, both locked unless it is only read; who may not see the case learns nothing of it."""
    item = await session.get(Supervision, item_id)
    case = await queries.visible(session, by, str(item.case_id)) if item is not None else None
    if item is None or case is None:
        raise SupervisionNotFound
    if to_read:
        return item, case
    await hold(session, case.id)
    return await locked(session, Supervision, item_id) or item, case


def answers(case: Case, by: Principal) -> bool:
    unit_id = case.handling_unit_id or case.unit_id
    return rules.may_answer(
        handles=by.user_id is not None and case.handler_id == by.user_id,
        same_unit=by.organisation_id is not None and by.organisation_id == unit_id,
        roles=by.roles,
    )


async def read(session: AsyncSession, item: Supervision, case: Case, *, by: Principal, now: datetime) -> None:
    if not answers(case, by):
        raise MayNotAnswer
    if item.read_at is None:
        item.read_at, item.read_by = now, by.user_id
        await session.flush()


async def reply(
    session: AsyncSession, item: Supervision, case: Case, text: str, *, by: Principal, now: datetime
) -> SupervisionReply:
    """The clock stops with the first answer; whether it is enough, the supervisor says."""
    if by.user_id is None or not answers(case, by):
        raise MayNotAnswer
    await steering.require(session, case, by)
    if item.state == State.CLOSED:
        raise SupervisionEnded
    kept = await fields.protected(session, case, text)
    said = SupervisionReply(
        supervision_id=item.id, user_id=by.user_id, actor_name=by.display_name or by.name, text=kept, at=now
    )
    session.add(said)
    item.state, item.replied_at = State.REPLIED, now
    if item.read_at is None:
        item.read_at, item.read_by = now, by.user_id
    await _stop(session, item, now)
    await session.flush()
    detail: dict[str, object] = {"supervision_id": str(item.id)}
    await noted(session, case, Kind.SUPERVISION_REPLIED, by, now=now, opinion=kept, detail=detail)
    outbox.emit(session, "supervision.replied", detail | {"reply_id": str(said.id)}, now=now)
    return said


async def send_back(
    session: AsyncSession,
    item: Supervision,
    case: Case,
    command: ReturnSupervision,
    *,
    by: Principal,
    now: datetime,
) -> SupervisionReply:
    """It waits again, with a demand and a clock of its own; what was said stays."""
    if by.user_id is None or not rules.may_close(item.source, opened=item.opened_by == by.user_id, roles=by.roles):
        raise MayNotClose
    await steering.require(session, case, by)
    if item.state == State.CLOSED:
        raise SupervisionEnded
    if item.state == State.OPEN:
        raise NothingToReturn
    if command.due_at <= now:
        raise DuePassed
    kept = await fields.protected(session, case, command.demand)
    said = SupervisionReply(
        id=uuid4(),
        supervision_id=item.id,
        kind=rules.Said.RETURN,
        user_id=by.user_id,
        actor_name=by.display_name or by.name,
        text=kept,
        at=now,
    )
    session.add(said)
    await _stop(session, item, now)
    item.timer_id = (await _clock(session, case, command.due_at, now)).id
    item.state, item.due_at, item.read_at, item.read_by = State.OPEN, command.due_at, None, None
    await session.flush()
    detail: dict[str, object] = {"supervision_id": str(item.id), "due_at": item.due_at.isoformat()}
    await noted(session, case, Kind.SUPERVISION_RETURNED, by, now=now, opinion=kept, detail=detail)
    payload = detail | {"reply_id": str(said.id)}
    outbox.emit(session, "supervision.returned", payload, now=now)
    unread_at = now + (await in_force(session, now)).hours("supervision.unread_hours")
    outbox.emit(session, "supervision.unread", payload, now=now, due_at=unread_at)
    return said


async def close(
    session: AsyncSession, item: Supervision, case: Case, opinion: str, *, by: Principal, now: datetime
) -> None:
    if not rules.may_close(item.source, opened=item.opened_by == by.user_id, roles=by.roles):
        raise MayNotClose
    await steering.require(session, case, by)
    if item.state == State.CLOSED:
        raise SupervisionEnded
    if item.state == State.OPEN and Status(case.status) in IN_PROCESS:
        raise NothingReplied
    item.state, item.closed_at = State.CLOSED, now
    item.closing_opinion = await fields.protected(session, case, opinion)
    await _stop(session, item, now)
    await session.flush()
    detail: dict[str, object] = {"supervision_id": str(item.id)}
    await noted(session, case, Kind.SUPERVISION_CLOSED, by, now=now, opinion=item.closing_opinion, detail=detail)


async def _stop(session: AsyncSession, item: Supervision, now: datetime) -> None:
    timer = await locked(session, Timer, item.timer_id)
    if timer is not None and timer.stopped_at is None:
        clocks.halt([timer], at=now, reason=StopReason.DONE)


async def hand_over(
    session: AsyncSession, item_id: UUID, to: UUID, name: str, why: str, *, principal: Principal, now: datetime
) -> None:
    """Whoever opened it is no longer here: another supervisor ends it. `why` it is he is said in the history."""
    case = await hold(session, (await session.get_one(Supervision, item_id)).case_id)
    item = await locked(session, Supervision, item_id)
    if item is None:
        raise SupervisionNotFound
    item.opened_by, item.opened_by_name = to, name
    await session.flush()
    detail: dict[str, object] = {"supervision_id": str(item.id), "opened_by": str(to)}
    await noted(session, case, Kind.SUPERVISION_HANDED_OVER, principal, now=now, opinion=why, detail=detail)
    payload: dict[str, object] = {"supervision_id": str(item.id), "user_id": str(to), "version": item.version}
    outbox.emit(session, "supervision.handed_over", payload | {"why": why}, now=now)
