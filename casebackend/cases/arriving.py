"""Whether a decision said over our own channel reached the customer. Where it did not nobody was told: the clock of law
runs on to its own end until it arrives after all, or a colleague has told it otherwise and proves it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.access.principal import Principal
from casebackend.api.cases import TellDecision
from casebackend.cases import clockwork, guards, hearers, outcome, petitions, steering
from casebackend.cases.fields import protected
from casebackend.cases.filing import SYSTEM, written
from casebackend.cases.model import Case
from casebackend.cases.queries import is_undelivered
from casebackend.cases.rules import HEAD, INTAKE, LIFECYCLE, Move, Status
from casebackend.cases.service import hold
from casebackend.cases.words import ToldBy
from casebackend.conversations.deliveries import LATE_AFTER
from casebackend.conversations.model import Delivery, Message
from casebackend.conversations.rules import DeliveryState
from casebackend.errors import Conflict, Forbidden
from casebackend.notices.service import Word, notify
from casebackend.outbox import service as outbox
from casebackend.staff.model import User
from casebackend.timeline.rules import Kind

TOLD = "case.told"
PROOF = "message:"
_DECLINES = LIFECYCLE[Status.PENDING_REVIEW, Move.DECLINE].by


class NotUndelivered(Conflict):
    slug, title = "decision-told", "没有未送达的处理结果"

    def __init__(self) -> None:
        super().__init__("处理结果尚未作出，或已经告知客户")


class MayNotTellDecision(Forbidden):
    slug, title = "may-not-tell-decision", "您不能登记告知"

    def __init__(self) -> None:
        super().__init__("告知处理结果由承办人、承办部门负责人或登记人员办理")


def may_tell(case: Case, principal: Principal) -> bool:
    if principal.user_id is None:
        return False
    if case.decline_reason is not None and principal.roles & _DECLINES:
        return True
    leads = HEAD in principal.roles and principal.organisation_id == (case.handling_unit_id or case.unit_id)
    return principal.user_id in (case.handler_id, case.assignee_id) or leads or INTAKE in principal.roles


async def on_lost(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Asked again what became of it: it may have arrived since, late all the same."""
    delivery, case = await _concerned(session, payload)
    if case is None or case.told_at is None:
        return
    await _take_back(session, case, delivery, now)
    if delivery.state == DeliveryState.SENT:
        await _arrived(session, case, delivery, now)
    else:
        await _ask(session, case, now)


async def on_arrived(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """The customer is back, or the carrier came late: it counts from when it arrived, not from when it was said."""
    delivery, case = await _concerned(session, payload)
    if case is None or delivery.state != DeliveryState.SENT or delivery.done_at is None:
        return
    if case.told_at is not None and delivery.done_at - case.told_at >= LATE_AFTER:
        await _take_back(session, case, delivery, now)
    if case.told_at is None:
        await _arrived(session, case, delivery, now)


async def _take_back(session: AsyncSession, case: Case, delivery: Delivery, now: datetime) -> None:
    replied_at, status = case.replied_at, Status(case.status)
    if replied_at is not None and status is Status.REPLIED:
        await clockwork.run_on(session, case, since=replied_at, now=now)
    elif status is Status.DECLINED and case.told_at is not None:
        await clockwork.run_on(session, case, since=case.told_at, now=now)
    case.told_at = case.replied_at = None
    await session.flush()
    detail: dict[str, object] = {"delivery_id": str(delivery.id), "state": delivery.state}
    await written(session, case, Kind.NOT_DELIVERED, SYSTEM, now=now, detail=detail, fields=["replied_at", "told_at"])


async def _concerned(session: AsyncSession, payload: Mapping[str, Any]) -> tuple[Delivery, Case | None]:
    """The case whose proof is a message of this delivery; none any more once another proof stands."""
    delivery = await session.get_one(Delivery, UUID(payload["delivery_id"]), populate_existing=True)
    said = await session.scalars(select(Message.id).where(Message.delivery_id == delivery.id))
    proofs = [f"{PROOF}{each}" for each in said]
    found = select(Case.id).where(Case.conversation_id == delivery.conversation_id, Case.told_proof.in_(proofs))
    case_id = await session.scalar(found.limit(1))
    case = await hold(session, case_id) if case_id is not None else None
    carries = case is not None and case.told_by == ToldBy.CHANNEL and case.told_proof in proofs
    return delivery, case if carries else None


async def _arrived(session: AsyncSession, case: Case, delivery: Delivery, now: datetime) -> None:
    detail: dict[str, object] = {"told_by": ToldBy.CHANNEL, "delivery_id": str(delivery.id)}
    await _settle(session, case, SYSTEM, at=delivery.done_at or now, now=now, detail=detail)


async def tell(
    session: AsyncSession, case_id: UUID, command: TellDecision, *, match: str, principal: Principal, now: datetime
) -> Case:
    """A colleague has told the customer, between the decision and now. Told too late, he says why."""
    case = await hold(session, case_id)
    preconditions.require(match, case.version)
    await steering.require(session, case, principal)
    if not may_tell(case, principal):
        raise MayNotTellDecision
    if not is_undelivered(case):
        raise NotUndelivered
    at = outcome.between(await _decided_at(session, case), command.told_at, now, "told_at", "作出决定的时间")
    if not case.overdue_reason and not command.overdue_reason and await guards.legal_overdue(session, case, at):
        raise guards.FieldsMissing(["overdue_reason"])
    await petitions.require_written(session, case, command.told_by)
    proof = await protected(session, case, command.told_proof)
    reason = await protected(session, case, command.overdue_reason) if command.overdue_reason else None
    with session.no_autoflush:
        case.told_by, case.told_proof = command.told_by, proof
        case.overdue_reason = reason or case.overdue_reason
        detail: dict[str, object] = {"told_by": command.told_by, "told_at": at.isoformat()}
        await _settle(session, case, principal, at=at, now=now, detail=detail, proof=proof)
    return case


async def _decided_at(session: AsyncSession, case: Case) -> datetime:
    """When it was said: the case may have moved on since, by a second complaint."""
    said = (case.told_proof or "").removeprefix(PROOF)
    message = await session.scalar(select(Message.at).where(Message.id == UUID(said))) if len(said) == 36 else None
    return message or case.status_changed_at


async def _settle(
    session: AsyncSession,
    case: Case,
    by: Principal,
    *,
    at: datetime,
    now: datetime,
    detail: dict[str, object],
    proof: str | None = None,
) -> None:
    with session.no_autoflush:
        await clockwork.arrived(session, case, at=at)
    case.told_at = at
    case.replied_at = at if case.decline_reason is None else None
    await session.flush()
    fields = ["replied_at", "told_at", *(["told_by", "told_proof"] if proof else [])]
    await written(session, case, Kind.TOLD, by, now=now, opinion=proof, detail=detail, fields=fields)
    outbox.emit(session, TOLD, {"case_id": str(case.id)}, now=now)


async def _ask(session: AsyncSession, case: Case, now: datetime) -> None:
    """Whoever has it in hand, once for each decision; else who leads where it lies."""
    handler = await session.get(User, case.handler_id) if case.handler_id else None
    having = [handler] if handler is not None and handler.active else []
    unit_id = case.handling_unit_id or case.unit_id
    cause, values = f"undelivered:{case.id}:{case.told_proof}", {"number": case.number}
    word = Word(cause, TOLD, "staff_not_delivered", values, f"/cases/{case.number}#telling", case_id=case.id)
    to = await hearers.seeing(session, case, having, now=now) or await hearers.leading(session, case, unit_id, now=now)
    await notify(session, word, to=to, unit_id=unit_id, now=now)
