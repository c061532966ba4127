"""Carrying messages to customers: at most once where twice would be seen, at least once elsewhere."""

from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import ClaimDelivery, DeliveryDone, DeliveryView
from casebackend.conversations import queries
from casebackend.conversations.errors import ClaimLost, DeliveryNotFound
from casebackend.conversations.model import Conversation, Delivery
from casebackend.conversations.rules import DELIVERY_LEASE_SECONDS, DeliveryState
from casebackend.database import announce
from casebackend.outbox import service as outbox

MOST_AT_ONCE = 10
LOST, ARRIVED = "delivery.lost", "delivery.arrived"
# A carrier that was away: said and arrived are no longer the same moment.
LATE_AFTER = timedelta(minutes=5)
NOT_ARRIVED = frozenset({DeliveryState.FAILED, DeliveryState.HELD, DeliveryState.MAYBE_SENT})


@cache
def anything_to_claim() -> Select[UUID]:
    """A look that disturbs no writer; the claim itself decides. Takes the parameters `now` and `channels`."""
    return select(Delivery.id).where(or_(queries.claimable_delivery(), queries.doubtful_delivery())).limit(1)


async def anything_in_doubt(session: AsyncSession, now: datetime) -> bool:
    found = select(Delivery.id).where(queries.doubtful_delivery()).limit(1)
    return await session.scalar(found, {"now": now}) is not None


async def settle_doubtful(session: AsyncSession, now: datetime) -> int:
    """Perhaps it was sent, perhaps not: nobody sends it again by itself, the agent sees it."""
    found = select(Delivery).where(queries.doubtful_delivery()).limit(100).with_for_update(skip_locked=True)
    count = 0
    for delivery in await session.scalars(found, {"now": now}):
        delivery.state, delivery.lease_until, delivery.done_at = DeliveryState.MAYBE_SENT, None, now
        _say_what_became_of(session, delivery, late=False, now=now)
        count += 1
    if count:
        await session.flush()
        announce(session, "console")
    return count


async def claim(session: AsyncSession, command: ClaimDelivery, *, now: datetime) -> list[DeliveryView]:
    await settle_doubtful(session, now)
    query = (
        select(Delivery)
        .where(queries.claimable_delivery())
        .order_by(Delivery.created_at, Delivery.seq)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    found = list(await session.scalars(query, {"now": now, "channels": command.channels}))
    for delivery in found:
        hand(delivery, command.worker, now)
    await session.flush()
    return [await queries.delivery_view(session, delivery) for delivery in found]


def hand(delivery: Delivery, worker: str, now: datetime) -> None:
    delivery.state, delivery.worker = DeliveryState.CLAIMED, worker
    delivery.attempts += 1
    delivery.lease_until = now + timedelta(seconds=DELIVERY_LEASE_SECONDS)


async def release_held(session: AsyncSession, conversation: Conversation) -> None:
    """The customer is back, and the platform said that it had not sent these: they are due now."""
    released = await session.scalars(
        update(Delivery)
        .where(Delivery.conversation_id == conversation.id, Delivery.state == DeliveryState.HELD)
        .values(state=DeliveryState.PENDING, passive=False, worker=None, error=None, done_at=None)
        .returning(Delivery.id)
        .execution_options(synchronize_session="fetch")
    )
    if released.all():
        announce(session, "deliveries")


async def done(session: AsyncSession, delivery_id: UUID, command: DeliveryDone, *, now: datetime) -> None:
    query = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    delivery: Delivery | None = await session.scalar(query)
    if delivery is None:
        raise DeliveryNotFound
    if delivery.worker != command.worker:
        raise ClaimLost
    if delivery.state == command.outcome:
        return
    # Its own carrier may come back late and say how it went.
    if delivery.state not in {DeliveryState.CLAIMED, DeliveryState.MAYBE_SENT}:
        raise ClaimLost
    again = delivery.state == DeliveryState.MAYBE_SENT or delivery.attempts > 1
    late = again or now - delivery.created_at >= LATE_AFTER
    if command.outcome == "handed_back":
        delivery.state, delivery.passive, delivery.worker = DeliveryState.PENDING, False, None
    else:
        delivery.state, delivery.error, delivery.done_at = DeliveryState(command.outcome), command.error, now
    delivery.lease_until = None
    _say_what_became_of(session, delivery, late=late, now=now)
    await session.flush()
    if not delivery.passive:
        announce(session, "deliveries")
    announce(session, "console")


def _say_what_became_of(session: AsyncSession, delivery: Delivery, *, late: bool, now: datetime) -> None:
    """For whoever has told a customer something that counts by law. `late`: it may have been said to be lost
    before, or it arrived long after it was said."""
    if delivery.state in NOT_ARRIVED:
        outbox.emit(session, LOST, {"delivery_id": str(delivery.id)}, now=now)
    elif delivery.state == DeliveryState.SENT and late:
        outbox.emit(session, ARRIVED, {"delivery_id": str(delivery.id)}, now=now)
