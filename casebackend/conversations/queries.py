"""What others read of conversations. Every text leaves with masked values in place of tokens."""

from collections.abc import Collection, Sequence
from functools import cache
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from casebackend.api.conversations import ConversationView, DeliveryView, MessageView
from casebackend.api.conversations import Turn as TurnView
from casebackend.conversations import rules
from casebackend.conversations.calls import names_a_call
from casebackend.conversations.danger import Danger
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Conversation, Delivery, Message, Turn
from casebackend.conversations.rules import (
    AT_LEAST_ONCE,
    OPEN_TURNS,
    Asked,
    Author,
    Channel,
    DeliveryState,
    Owner,
    TurnState,
)
from casebackend.customers import codes
from casebackend.customers import service as customers
from casebackend.customers.rules import TOKEN, Kind
from casebackend.database import UtcDateTime

PICKUP = f"[{Kind.PICKUP}#"
ANSWERING = frozenset({Author.BOT, Author.AGENT})


async def views(session: AsyncSession, messages: Sequence[Message], *, to_staff: bool = False) -> list[MessageView]:
    """`to_staff`: without the pick-up codes, which are the customer's own."""
    hidden = {message.conversation_id for message in messages if TOKEN.search(message.text)}
    masks = await customers.masks(session, hidden) if hidden else {}
    shown = codes.pickup_hidden if to_staff else str
    if not to_staff and any(PICKUP in message.text for message in messages):
        for conversation_id, told in (await customers.pickups(session, hidden)).items():
            masks[conversation_id] = masks.get(conversation_id, {}) | told
    return [
        MessageView(
            id=message.id,
            conversation_id=message.conversation_id,
            seq=message.seq,
            author=Author(message.author),
            text=shown(customers.rendered(message.text, masks.get(message.conversation_id, {}))),
            choices=message.choices,
            at=message.at,
        )
        for message in messages
    ]


async def messages_after(
    session: AsyncSession, conversation_id: UUID, after: int, *, left_out: Collection[int] = (), to_staff: bool = False
) -> list[MessageView]:
    """`left_out`: places that the reader is not shown."""
    found = select(Message).where(Message.conversation_id == conversation_id, Message.seq > after).order_by(Message.seq)
    if hidden := sorted(seq for seq in left_out if seq > after):
        found = found.where(Message.seq.not_in(hidden))
    return await views(session, list(await session.scalars(found)), to_staff=to_staff)


async def last_answer(session: AsyncSession, conversation_id: UUID) -> int:
    """Where the bot or a colleague spoke last; 0: nowhere."""
    said = select(func.max(Message.seq)).where(Message.conversation_id == conversation_id)
    return await session.scalar(said.where(Message.author.in_(ANSWERING))) or 0


async def asked_after(session: AsyncSession, conversation_id: UUID, after: int) -> list[int]:
    """Where the customer spoke, without his words."""
    said = select(Message.seq).where(Message.conversation_id == conversation_id, Message.author == Author.CUSTOMER)
    return list(await session.scalars(said.where(Message.seq > after).order_by(Message.seq)))


async def dangers_told(session: AsyncSession, conversation: Conversation, message: Message) -> set[Danger]:
    """The dangers of which the safety step was said before this message, while a person is waited for: each is said
    with the first message that tells of it."""
    if conversation.handoff_reason not in rules.IN_DANGER:
        return set()
    before = select(Message.danger).where(
        Message.conversation_id == conversation.id, Message.danger.is_not(None), Message.seq < message.seq
    )
    if conversation.queued_at is not None:
        before = before.where(Message.at >= conversation.queued_at)
    return {Danger(danger) for danger in await session.scalars(before.distinct()) if danger is not None}


async def conversation_view(
    session: AsyncSession,
    conversation_id: UUID,
    *,
    after: int = 0,
    left_out: Collection[int] = (),
    to_staff: bool = False,
) -> ConversationView:
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        raise ConversationNotFound
    return ConversationView(
        id=conversation.id,
        channel=Channel(conversation.channel),
        owner=Owner(conversation.owner),
        owner_name=conversation.owner_name,
        large=conversation.large,
        messages=await messages_after(session, conversation.id, after, left_out=left_out, to_staff=to_staff),
    )


async def replies_to(session: AsyncSession, message: Message, turn: Turn | None) -> list[MessageView]:
    """What went back on the callback of this message: only that may be said again when the callback is repeated."""
    if turn is None or turn.delivery_id is None:
        return []
    delivery = await session.get_one(Delivery, turn.delivery_id)
    return await carried_by(session, delivery) if delivery.passive else []


async def carried_by(session: AsyncSession, delivery: Delivery) -> list[MessageView]:
    found = select(Message).where(Message.delivery_id == delivery.id).order_by(Message.seq)
    return await views(session, list(await session.scalars(found)))


def _open_for(turn: Turn, message: Message, conversation: Conversation) -> Asked | None:
    """Who waits for a person may say at any time when a call suits, unless something else is asked."""
    if turn.asked is None and conversation.owner == Owner.QUEUED and names_a_call(message.text):
        return Asked.CALLBACK
    return Asked(turn.asked) if turn.asked else None


def turn_view(turn: Turn, message: Message, conversation: Conversation) -> TurnView:
    if turn.lease_until is None:
        raise ValueError("only a claimed turn is shown")
    return TurnView(
        id=turn.id,
        message_id=message.id,
        conversation_id=conversation.id,
        channel=Channel(conversation.channel),
        text=rules.for_engine(message.text),
        asked=_open_for(turn, message, conversation),
        large=conversation.large,
        epoch=turn.epoch,
        attempt=turn.attempts,
        lease_until=turn.lease_until,
    )


async def delivery_view(
    session: AsyncSession, delivery: Delivery, said: Sequence[Message] | None = None
) -> DeliveryView:
    """`said`: what it carries, where the caller has it at hand."""
    return DeliveryView(
        id=delivery.id,
        conversation_id=delivery.conversation_id,
        channel=Channel(delivery.channel),
        receiver=delivery.receiver,
        messages=await (carried_by(session, delivery) if said is None else views(session, said)),
        state=DeliveryState(delivery.state),
        passive=delivery.passive,
    )


@cache
def claimable_turn() -> ColumnElement[bool]:
    """The lowest open turn of its conversation, and nobody is at work on it. Takes the parameter `now`.

    Built once: every poll asks it, and building it costs more than running it.
    """
    earlier, now = aliased(Turn), bindparam("now", type_=UtcDateTime())
    return and_(
        or_(Turn.state == TurnState.WAITING, and_(Turn.state == TurnState.CLAIMED, Turn.lease_until <= now)),
        ~exists().where(
            earlier.conversation_id == Turn.conversation_id,
            earlier.seq < Turn.seq,
            earlier.state.in_(OPEN_TURNS),
        ),
    )


@cache
def claimable_delivery() -> ColumnElement[bool]:
    """The first open delivery of its conversation. One whose carrier vanished is only free where twice does no harm.

    Takes the parameters `now` and `channels`.
    """
    earlier, now = aliased(Delivery), bindparam("now", type_=UtcDateTime())
    return and_(
        Delivery.channel.in_(bindparam("channels", expanding=True)),
        or_(
            Delivery.state == DeliveryState.PENDING,
            and_(
                Delivery.state == DeliveryState.CLAIMED,
                Delivery.lease_until <= now,
                Delivery.channel.in_(AT_LEAST_ONCE),
            ),
        ),
        ~exists().where(
            earlier.conversation_id == Delivery.conversation_id,
            earlier.seq < Delivery.seq,
            earlier.state.in_((DeliveryState.PENDING, DeliveryState.CLAIMED)),
        ),
    )


@cache
def doubtful_delivery() -> ColumnElement[bool]:
    """Claimed by somebody who vanished, to a receiver that must not get it twice. Takes the parameter `now`."""
    now = bindparam("now", type_=UtcDateTime())
    return and_(
        Delivery.state == DeliveryState.CLAIMED, Delivery.lease_until <= now, Delivery.channel.not_in(AT_LEAST_ONCE)
    )
