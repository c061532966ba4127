"""What a customer must be told around a case: said over our own channel, or by colleagues who are asked to prove it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.conversations import Reply
from casebackend.api.tellings import TellOwed
from casebackend.cases import arriving, filing, hearers, steering
from casebackend.cases.arriving import PROOF
from casebackend.cases.fields import protected
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.petitions import NotInWritingToPetitioner
from casebackend.cases.rules import UNANSWERED, Status
from casebackend.cases.service import hold
from casebackend.cases.waiting_again import taken_back
from casebackend.cases.words import ToldBy
from casebackend.clocks import queries as timers
from casebackend.clocks import service as clocks
from casebackend.clocks.rules import PETITION_TELL, REVIEW, StopReason
from casebackend.conversations import service as conversations
from casebackend.conversations.rules import CARRIED_BY_US, Author
from casebackend.database import locked
from casebackend.notices.service import Word, notify
from casebackend.notices.settling import settle_cause
from casebackend.notices.thresholds import in_force
from casebackend.outbox.service import emit
from casebackend.owings.model import Owed
from casebackend.owings.rules import LABELS, What, allows
from casebackend.preconditions import require_same
from casebackend.reviews import guards
from casebackend.reviews.model import Review
from casebackend.staff.model import User
from casebackend.tellings.errors import ImpossibleTelling, MayNotTellOwed, OwedNotFound, OwedOver
from casebackend.timeline.rules import Kind

TOPIC = "telling.owed"
ASKED = "owed:"


def is_open(owed: Owed) -> bool:
    return owed.told_at is None and owed.ended_at is None


async def owe(session: AsyncSession, case: Case, what: What, text: str, *, since: datetime, now: datetime) -> Owed:
    """Once for each cause. Where we carry messages it is said at once, and told with that."""
    same = (Owed.case_id == case.id, Owed.what == what, Owed.since == since)
    known: Owed | None = await session.scalar(select(Owed).where(*same))
    if known is not None:
        return known
    owed = Owed(case_id=case.id, what=what, text=text, since=since)
    session.add(owed)
    await session.flush()
    if case.channel in CARRIED_BY_US:
        said = await conversations.say(
            session, case.conversation_id, author=Author.SYSTEM, replies=[Reply(text=text)], now=now
        )
        await settle(session, case, owed, ToldBy.CHANNEL, f"{PROOF}{said[-1].id}", at=now, by=SYSTEM, now=now)
    else:
        await ask_staff(session, case, owed, 1, now=now)
    return owed


async def settle(
    session: AsyncSession,
    case: Case,
    owed: Owed,
    told_by: str,
    proof: str,
    *,
    at: datetime,
    by: Principal,
    now: datetime,
) -> None:
    """Told: with that the clock of it ends, at the moment of the telling."""
    owed.told_by, owed.told_at, owed.told_proof = told_by, at, proof
    review = await session.get(Review, owed.review_id) if owed.review_id else None
    if review is not None:
        review.told_by, review.notified_at, review.told_proof = told_by, at, proof
        await clocks.stop(session, review.id, at=at)
    elif owed.what == What.PETITION:
        await clocks.stop(session, case.id, at=at, kinds=[PETITION_TELL])
    await session.flush()
    detail: dict[str, object] = {"owed_id": str(owed.id), "told_by": told_by, "told_at": at.isoformat()}
    said = f"{LABELS[What(owed.what)]}：{owed.text}" + ("" if told_by == ToldBy.CHANNEL else f"\n凭证：{proof}")
    await filing.noted(session, case, Kind.NOTICE_TOLD, by, now=now, opinion=said, detail=detail)


async def take_back(session: AsyncSession, case: Case, owed: Owed, *, now: datetime, state: str) -> None:
    """It did not arrive: nobody was told, and its clock runs on to its own end."""
    review = await session.get(Review, owed.review_id) if owed.review_id else None
    kind = REVIEW if review is not None else PETITION_TELL if owed.what == What.PETITION else None
    if review is not None or (kind is not None and Status(case.status) in UNANSWERED):
        for timer in await timers.timers_of(session, review.id if review is not None else case.id):
            mine = timer.kind == kind and timer.stop_reason == StopReason.DONE
            if mine and timer.stopped_at == owed.told_at:
                await taken_back(session, case.id, timer, now=now)
    owed.told_at = None
    if review is not None:
        review.notified_at = None
    await session.flush()
    detail: dict[str, object] = {"owed_id": str(owed.id), "what": owed.what, "state": state}
    await filing.noted(session, case, Kind.NOTICE_LOST, SYSTEM, now=now, detail=detail)


async def end(session: AsyncSession, owed: Owed, *, now: datetime) -> None:
    owed.ended_at = now
    await session.flush()
    await settle_cause(session, f"{ASKED}{owed.id}", now=now, case_id=owed.case_id)


async def ask_staff(session: AsyncSession, case: Case, owed: Owed, round_: int, *, now: datetime) -> None:
    """Whoever has it in hand, else who leads where it lies; again after a while."""
    review = await session.get(Review, owed.review_id) if owed.review_id else None
    having_id = review.reviewer_id if review is not None else case.handler_id
    unit_id = review.reviewing_unit_id if review is not None else _unit(case)
    having = await session.get(User, having_id) if having_id else None
    to = await hearers.seeing(session, case, [having] if having and having.active else [], now=now)
    to = to or await hearers.leading(session, case, unit_id, now=now)
    values = {"number": case.number, "what": LABELS[What(owed.what)]}
    cause = f"{ASKED}{owed.id}:{owed.version}:{round_}"
    word = Word(
        cause, "telling.asked", "staff_tell_customer", values, f"/cases/{case.number}#tellings", case_id=case.id
    )
    await notify(session, word, to=to, unit_id=unit_id, now=now)
    wait = (await in_force(session, now)).hours("extension.untold_hours")
    payload: dict[str, object] = {"owed_id": str(owed.id), "version": owed.version, "round": round_ + 1}
    emit(session, TOPIC, payload, now=now, due_at=now + wait)


def _unit(case: Case) -> UUID | None:
    return case.handling_unit_id or case.unit_id


async def may_tell(session: AsyncSession, case: Case, owed: Owed, principal: Principal) -> bool:
    """As of a decision; the outcome of a review whoever decided it, or may decide it."""
    review = await session.get(Review, owed.review_id) if owed.review_id else None
    if review is None:
        return arriving.may_tell(case, principal)
    return principal.user_id is not None and await guards.is_reviewer(session, review, case, principal)


async def of_id(session: AsyncSession, case: Case, owed_id: UUID) -> Owed:
    owed = await session.get(Owed, owed_id)
    if owed is None or owed.case_id != case.id:
        raise OwedNotFound
    return owed


async def record(
    session: AsyncSession,
    case_id: UUID,
    owed_id: UUID,
    command: TellOwed,
    *,
    version: int | None,
    principal: Principal,
    now: datetime,
) -> Owed:
    """A colleague has told the customer, between the day it came about and now, in the words that stand there or in
    his own."""
    case = await hold(session, case_id)
    owed = await locked(session, Owed, (await of_id(session, case, owed_id)).id)
    assert owed is not None
    require_same(version, owed.version)
    if owed.review_id is None:
        await steering.require(session, case, principal)
    if not await may_tell(session, case, owed, principal):
        raise MayNotTellOwed
    if not is_open(owed):
        raise OwedOver
    if not allows(owed.what, command.told_by):
        raise NotInWritingToPetitioner
    if not owed.since.replace(second=0, microsecond=0) <= command.told_at <= now:
        raise ImpossibleTelling
    if command.text:
        owed.text = await protected(session, case, command.text)
    proof = await protected(session, case, command.told_proof)
    at = max(command.told_at, owed.since)
    await settle(session, case, owed, command.told_by, proof, at=at, by=principal, now=now)
    return owed
