"""What may be done to a conversation: speak in it, hand it over, give it back. Callers hold a writing transaction."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.api.conversations import Reply
from casebackend.conversations import deliveries
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Conversation, Delivery, Message, Turn
from casebackend.conversations.rules import OPEN_TURNS, Author, Channel, DeliveryState, Owner, TurnState, goes_before
from casebackend.customers import service as customers
from casebackend.database import TOLD, announce
from casebackend.notifications import words
from casebackend.outbox import service as outbox


class Person(Protocol):
    """As much of a member of staff as the customer is told."""

    @property
    def id(self) -> UUID: ...
    @property
    def display_name(self) -> str: ...


async def hold(session: AsyncSession, conversation_id: UUID) -> Conversation:
    """The conversation, locked until the end of the transaction: everything in it happens one after another."""
    query = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    conversation: Conversation | None = await session.scalar(query.execution_options(populate_existing=True))
    if conversation is None:
        raise ConversationNotFound
    return conversation


async def hold_or_open(session: AsyncSession, *, channel: Channel, sender: str, now: datetime) -> Conversation:
    """Two first messages at once must not make two conversations, so the row is inserted unless it is there."""
    found = select(Conversation, editions.ALL).where(Conversation.channel == channel, Conversation.sender == sender)
    found = found.with_for_update(of=Conversation).execution_options(populate_existing=True)
    conversation = await _with_editions(session, found)
    if conversation is None:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        row = {"id": uuid4(), "channel": channel, "sender": sender, "opened_at": now, "owner": Owner.BOT}
        await session.execute(dialect.insert(Conversation).values(**row).on_conflict_do_nothing())
        conversation = await _with_editions(session, found)
    if conversation is None:
        raise ConversationNotFound
    return conversation


async def _with_editions(session: AsyncSession, found: Select[tuple[Conversation, Any]]) -> Conversation | None:
    """The row, and by the way which reference data are the latest."""
    row = (await session.execute(found)).first()
    if row is None:
        return None
    session.info[TOLD] = {editions.EDITIONS: row[1] or {}}
    conversation: Conversation = row[0]
    return conversation


def _next_seq(conversation: Conversation) -> int:
    conversation.last_seq += 1
    return conversation.last_seq


async def put_in(session: AsyncSession, conversation: Conversation, message: Message) -> Message:
    """Appends a message to a conversation that the caller holds."""
    message.conversation_id, message.channel = conversation.id, conversation.channel
    message.seq = _next_seq(conversation)
    session.add(message)
    await session.flush()
    return message


async def _put_replies(
    session: AsyncSession,
    conversation: Conversation,
    author: Author,
    replies: list[Reply],
    now: datetime,
    user_id: UUID | None,
    answers: UUID | None,
) -> list[Message]:
    """All in one flush, with the question that they leave open."""
    texts = [await customers.without_pickups(session, conversation.id, reply.text) for reply in replies]
    said = [
        Message(
            conversation_id=conversation.id,
            channel=conversation.channel,
            seq=_next_seq(conversation),
            author=author,
            user_id=user_id,
            text=text,
            choices=list(reply.choices),
            asks=reply.asks,
            at=now,
            answers=answers,
        )
        for reply, text in zip(replies, texts, strict=True)
    ]
    session.add_all(said)
    _open_question(conversation, author, replies)
    await session.flush()
    return said


def _open_question(conversation: Conversation, author: Author, replies: list[Reply]) -> None:
    """The bot's words open or close the question; what we or an agent say in between leaves it open."""
    question = next((reply for reply in reversed(replies) if reply.asks), None)
    offer = next((reply for reply in reversed(replies) if reply.choices), None)
    if question is not None:
        conversation.asked, conversation.choices = question.asks, list(question.choices)
    elif author is Author.BOT:
        conversation.asked, conversation.choices = None, list(offer.choices) if offer else []
    elif offer is not None:
        conversation.choices = list(offer.choices)


async def mention(
    session: AsyncSession, conversation: Conversation, template: str, /, now: datetime, **values: str
) -> None:
    """Says words of ours that need no delivery of their own: they travel with the next one."""
    reply = Reply(text=words.words(template, **values), choices=words.choices(template))
    await _put_replies(session, conversation, Author.SYSTEM, [reply], now, None, None)
    announce(session, "console")


async def unsaid(session: AsyncSession, conversation: Conversation) -> list[Message]:
    """Words to the customer that wait for the next delivery."""
    held = (
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.delivery_id.is_(None),
            Message.author != Author.CUSTOMER,
            Message.external_id.is_(None),
        )
        .order_by(Message.seq)
    )
    return list(await session.scalars(held))


async def carry(
    session: AsyncSession, conversation: Conversation, now: datetime, *, passive: bool = False
) -> Delivery | None:
    """One delivery for everything said and not yet on its way."""
    sent = await _carried(session, conversation, now, passive=passive)
    return sent[0] if sent is not None else None


async def _carried(
    session: AsyncSession, conversation: Conversation, now: datetime, *, passive: bool, worker: str | None = None
) -> tuple[Delivery, list[Message]] | None:
    """`worker` holds the line on which it goes back, so the delivery is claimed from its beginning."""
    waiting = await unsaid(session, conversation)
    if not waiting:
        return None
    delivery = Delivery(
        id=uuid4(),
        conversation_id=conversation.id,
        channel=conversation.channel,
        receiver=conversation.sender,
        seq=waiting[0].seq,
        state=DeliveryState.PENDING,
        passive=passive,
        created_at=now,
        attempts=0,
    )
    if worker is not None:
        deliveries.hand(delivery, worker, now)
    session.add(delivery)
    await session.flush()
    for message in waiting:
        message.delivery_id = delivery.id
    await session.flush()
    if not passive:
        announce(session, "deliveries")
    announce(session, "console")
    return delivery, waiting


async def answer(
    session: AsyncSession,
    conversation: Conversation,
    replies: list[Reply],
    *,
    now: datetime,
    answers: UUID,
    worker: str | None,
) -> tuple[Delivery, list[Message]]:
    """The bot's words to a message of a conversation that the caller holds, and all that goes with them.
    `worker`: who carries them back on the line that the customer holds; None when they are sent actively."""
    await _put_replies(session, conversation, Author.BOT, replies, now, None, answers)
    sent = await _carried(session, conversation, now, passive=worker is not None, worker=worker)
    if sent is None:
        raise ValueError("an answer without words")
    return sent


async def say(
    session: AsyncSession,
    conversation_id: UUID,
    *,
    author: Author,
    replies: list[Reply],
    now: datetime,
    user_id: UUID | None = None,
    passive: bool = False,
    answers: UUID | None = None,
) -> list[Message]:
    """Stores outgoing messages with one delivery. `answers` is the customer's message that they answer."""
    conversation = await hold(session, conversation_id)
    said = await _put_replies(session, conversation, author, replies, now, user_id, answers)
    if author is Author.AGENT:
        spoken: dict[str, object] = {"conversation_id": str(conversation.id), "at": now.isoformat()}
        outbox.emit(session, "conversation.agent_spoke", spoken, now=now)
    await carry(session, conversation, now, passive=passive)
    return said


async def say_words(
    session: AsyncSession, conversation: Conversation, template: str, /, now: datetime, **values: str
) -> None:
    reply = Reply(text=words.words(template, **values), choices=words.choices(template))
    await say(session, conversation.id, author=Author.SYSTEM, replies=[reply], now=now)


async def _leave_turns(session: AsyncSession, conversation: Conversation) -> None:
    """Unanswered messages are for the person now. A late answer of the bot meets a closed turn."""
    await session.execute(
        update(Turn)
        .where(Turn.conversation_id == conversation.id, Turn.state.in_(OPEN_TURNS))
        .values(state=TurnState.FOR_PERSON, lease_until=None)
        .execution_options(synchronize_session="fetch")
    )


async def queue_for_person(session: AsyncSession, conversation: Conversation, reason: str, now: datetime) -> None:
    """Puts the conversation in the queue, once; its place is that of the first request. The bot may still answer."""
    conversation = await hold(session, conversation.id)
    if conversation.owner == Owner.BOT:
        conversation.owner, conversation.queued_at, conversation.handoff_reason = Owner.QUEUED, now, reason
        conversation.handoff_seq = await _last_words(session, conversation)
        await session.flush()
    elif conversation.owner == Owner.QUEUED and not goes_before(conversation.handoff_reason, reason):
        conversation.handoff_reason, conversation.handoff_seq = reason, await _last_words(session, conversation)
        await session.flush()
    announce(session, "console")


async def _last_words(session: AsyncSession, conversation: Conversation) -> int | None:
    found: int | None = await session.scalar(
        select(func.max(Message.seq)).where(
            Message.conversation_id == conversation.id, Message.author == Author.CUSTOMER
        )
    )
    return found


def _expects_nobody(conversation: Conversation) -> None:
    conversation.queued_at, conversation.callback_by = None, None
    conversation.wanted_from, conversation.wanted_until = None, None


async def take_over(session: AsyncSession, conversation: Conversation, user: Person, now: datetime) -> None:
    """From here on a person answers: waiting turns are theirs, and the bot's answers are refused."""
    conversation = await hold(session, conversation.id)
    joined = "person_joined" if conversation.owner == Owner.PERSON else "person_joined_bot_leaves"
    conversation.owner, conversation.owner_user_id, conversation.owner_name = Owner.PERSON, user.id, user.display_name
    _expects_nobody(conversation)
    if conversation.handoff_seq is None:
        conversation.handoff_seq = await _last_words(session, conversation)
    conversation.epoch += 1
    conversation.asked, conversation.choices = None, []
    await _leave_turns(session, conversation)
    await say_words(session, conversation, joined, now, name=user.display_name)


async def give_back(session: AsyncSession, conversation: Conversation, now: datetime) -> None:
    """Back to the bot, by an explicit act; both sides are told. What the person left open stays answered by them."""
    conversation = await hold(session, conversation.id)
    conversation.owner, conversation.owner_user_id, conversation.owner_name = Owner.BOT, None, None
    _expects_nobody(conversation)
    conversation.handoff_reason, conversation.handoff_seq = None, None
    conversation.epoch += 1
    await say_words(session, conversation, "returned_to_bot", now)
