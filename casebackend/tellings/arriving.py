"""Whether what we told over our own channel reached the customer; where not, its clock runs on and people are asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.arriving import PROOF
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.service import hold
from casebackend.cases.words import ToldBy
from casebackend.conversations.deliveries import LATE_AFTER
from casebackend.conversations.model import Delivery, Message
from casebackend.conversations.rules import DeliveryState
from casebackend.owings.model import Owed
from casebackend.owings.rules import What
from casebackend.reviews.model import Review
from casebackend.tellings import service


async def on_lost(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """It may have arrived since, late all the same."""
    delivery, proofs = await _concerned(session, payload)
    if delivery.state == DeliveryState.SENT:
        return
    await _owed_for_reviews(session, delivery, proofs)
    for owed in await _told_by(session, proofs):
        if owed.told_at is None or owed.ended_at is not None:
            continue
        case = await hold(session, owed.case_id)
        await service.take_back(session, case, owed, now=now, state=delivery.state)
        await service.ask_staff(session, case, owed, 1, now=now)


async def on_arrived(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """It counts from when it arrived, not from when it was said."""
    delivery, proofs = await _concerned(session, payload)
    at = delivery.done_at
    if delivery.state != DeliveryState.SENT or at is None:
        return
    await _owed_for_reviews(session, delivery, proofs)
    for owed in await _told_by(session, proofs):
        late = owed.told_at is not None and at - owed.told_at >= LATE_AFTER
        if owed.ended_at is not None or (owed.told_at is not None and not late):
            continue
        case = await hold(session, owed.case_id)
        if late:
            await service.take_back(session, case, owed, now=now, state=delivery.state)
        proof = owed.told_proof or ""
        await service.settle(session, case, owed, ToldBy.CHANNEL, proof, at=at, by=SYSTEM, now=now)


async def _concerned(session: AsyncSession, payload: Mapping[str, Any]) -> tuple[Delivery, list[str]]:
    delivery = await session.get_one(Delivery, UUID(payload["delivery_id"]), populate_existing=True)
    said = await session.scalars(select(Message.id).where(Message.delivery_id == delivery.id))
    return delivery, [f"{PROOF}{each}" for each in said]


async def _told_by(session: AsyncSession, proofs: Sequence[str]) -> Sequence[Owed]:
    mine = select(Owed).where(Owed.told_proof.in_(proofs), Owed.told_by == ToldBy.CHANNEL).with_for_update()
    return (await session.scalars(mine)).all()


async def _owed_for_reviews(session: AsyncSession, delivery: Delivery, proofs: Sequence[str]) -> None:
    """The telling of a review stands on the review; only when it fails it becomes something that is owed."""
    cases = Review.case_id.in_(select(Case.id).where(Case.conversation_id == delivery.conversation_id))
    proven = Review.told_proof.in_(proofs), Review.told_by == ToldBy.CHANNEL, Review.notified_at.is_not(None)
    for review in (await session.scalars(select(Review).where(cases, *proven).with_for_update())).all():
        known = select(Owed.id).where(Owed.review_id == review.id, Owed.told_proof == review.told_proof)
        if await session.scalar(known) is not None or review.notified_at is None:
            continue
        message = await session.get_one(Message, UUID(str(review.told_proof).removeprefix(PROOF)))
        owed = Owed(
            case_id=review.case_id, review_id=review.id, what=What.REVIEW, text=message.text,
            since=review.decided_at or review.applied_at, told_by=ToldBy.CHANNEL, told_at=review.notified_at,
            told_proof=review.told_proof,
        )  # fmt: skip
        session.add(owed)
    await session.flush()
