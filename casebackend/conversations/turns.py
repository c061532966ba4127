"""Work for the turn runner: claimed with a lease, in order, one at a time in each conversation."""

from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import ClaimTurn, Judged, TakeOverTurn, TurnDone, TurnFailed, TurnResult
from casebackend.api.conversations import Turn as TurnView
from casebackend.conversations import hearing, queries, service
from casebackend.conversations.errors import ClaimLost, OldEpoch, PersonInCharge, TurnNotFound
from casebackend.conversations.model import Conversation, Delivery, Message, Turn
from casebackend.conversations.rules import LEASE_SECONDS, MAX_ATTEMPTS, OPEN_TURNS, Owner, TurnState
from casebackend.database import announce
from casebackend.failpoints import failpoint


@cache
def anything_to_claim() -> Select[UUID]:
    """A look that disturbs no writer; the claim itself decides. Takes the parameter `now`."""
    return select(Turn.id).where(queries.claimable_turn()).limit(1)


async def claim(session: AsyncSession, command: ClaimTurn, *, now: datetime) -> TurnView | None:
    """The conversation is what gets locked: then no two of its turns can be claimed by two workers."""
    seen: list[UUID] = []
    while True:
        query = (
            select(Conversation)
            .join(Turn, Turn.conversation_id == Conversation.id)
            .where(queries.claimable_turn(), Conversation.id.not_in(seen))
            .order_by(Turn.created_at, Turn.seq)
            .limit(1)
            .with_for_update(skip_locked=True, of=Conversation)
        )
        latest = {"populate_existing": True}
        conversation: Conversation | None = await session.scalar(query, {"now": now}, execution_options=latest)
        if conversation is None:
            return None
        seen.append(conversation.id)
        # Only what is read after the lock is sure to be the latest.
        again = select(Turn, Message).join(Message, Message.id == Turn.message_id)
        again = again.where(queries.claimable_turn(), Turn.conversation_id == conversation.id)
        found = (await session.execute(again, {"now": now}, execution_options=latest)).first()
        if found is not None and await _claimed(session, found[0], conversation, command.worker, now):
            return queries.turn_view(found[0], found[1], conversation)


async def _claimed(session: AsyncSession, turn: Turn, conversation: Conversation, worker: str, now: datetime) -> bool:
    if turn.attempts >= MAX_ATTEMPTS:
        await _escalate(session, turn, conversation, now)
        return False
    turn.state, turn.worker, turn.epoch = TurnState.CLAIMED, worker, conversation.epoch
    turn.attempts += 1
    turn.asked = conversation.asked
    turn.lease_until = now + timedelta(seconds=LEASE_SECONDS)
    await session.flush()
    return True


async def _escalate(session: AsyncSession, turn: Turn, conversation: Conversation, now: datetime) -> None:
    """Nobody can answer this message, so a person must; the customer is told."""
    turn.state, turn.lease_until, turn.called_for = TurnState.ESCALATED, None, "failed"
    await service.queue_for_person(session, conversation, "failed", now)
    await service.say_words(session, conversation, "turn_escalated", now)


async def _held(session: AsyncSession, turn_id: UUID) -> tuple[Turn, Conversation]:
    """Conversation before turn: everybody locks in this order."""
    query = select(Conversation).join(Turn, Turn.conversation_id == Conversation.id).where(Turn.id == turn_id)
    query = query.with_for_update(of=Conversation).execution_options(populate_existing=True)
    conversation: Conversation | None = await session.scalar(query)
    if conversation is None:
        raise TurnNotFound
    return await session.get_one(Turn, turn_id, populate_existing=True), conversation


def _mine(turn: Turn, conversation: Conversation, worker: str, epoch: int) -> None:
    if conversation.owner == Owner.PERSON or turn.state == TurnState.FOR_PERSON:
        raise PersonInCharge
    if epoch != turn.epoch:
        raise OldEpoch(turn.epoch)
    if turn.state != TurnState.CLAIMED or turn.worker != worker:
        raise ClaimLost


async def take_over(session: AsyncSession, turn_id: UUID, command: TakeOverTurn, *, now: datetime) -> TurnView:
    """A new epoch: whoever worked on the turn before may still finish, but is no longer heard."""
    turn, conversation = await _held(session, turn_id)
    if conversation.owner == Owner.PERSON or turn.state == TurnState.FOR_PERSON:
        raise PersonInCharge
    if command.epoch != turn.epoch:
        raise OldEpoch(turn.epoch)
    if turn.state not in OPEN_TURNS:
        raise ClaimLost
    conversation.epoch += 1
    turn.epoch, turn.worker, turn.state = conversation.epoch, command.worker, TurnState.CLAIMED
    turn.asked = conversation.asked
    turn.lease_until = now + timedelta(seconds=LEASE_SECONDS)
    await session.flush()
    return queries.turn_view(turn, await session.get_one(Message, turn.message_id), conversation)


async def done(session: AsyncSession, turn_id: UUID, command: TurnDone, *, now: datetime) -> TurnResult:
    turn, conversation = await _held(session, turn_id)
    repeated = turn.state == TurnState.ANSWERED and turn.worker == command.worker and turn.epoch == command.epoch
    if repeated:
        delivery = await session.get_one(Delivery, turn.delivery_id)
        return TurnResult(delivery=await queries.delivery_view(session, delivery))
    _mine(turn, conversation, command.worker, command.epoch)
    if conversation.last_seq > turn.seq:  # something came after this message, perhaps the next one
        announce(session, "turns")
    await _judged(session, turn, conversation, command.judged, now)
    worker = command.worker if command.passive else None
    delivery, said = await service.answer(
        session,
        conversation,
        await hearing.left_to_say(session, conversation, turn, command.replies),
        now=now,
        answers=turn.message_id,
        worker=worker,
    )
    turn.state, turn.engine, turn.lease_until = TurnState.ANSWERED, command.engine, None
    turn.delivery_id = delivery.id
    await failpoint("turn.done_before_commit")
    await session.flush()
    return TurnResult(delivery=await queries.delivery_view(session, delivery, said))


async def _judged(
    session: AsyncSession, turn: Turn, conversation: Conversation, judged: Judged | None, now: datetime
) -> None:
    """Before the answer is put in, so that what has to be said first is."""
    if judged is None:
        return
    turn.purpose, turn.confidence, turn.decision = judged.purpose, judged.confidence, judged.decision
    if judged.purpose == hearing.ABUSE:
        await hearing.taken_for_abuse(session, conversation, turn, now)


async def failed(session: AsyncSession, turn_id: UUID, command: TurnFailed) -> None:
    """Gives the turn back at once instead of letting the lease run out."""
    turn, conversation = await _held(session, turn_id)
    _mine(turn, conversation, command.worker, command.epoch)
    turn.state, turn.worker, turn.lease_until = TurnState.WAITING, None, None
    await session.flush()
    announce(session, "turns")
