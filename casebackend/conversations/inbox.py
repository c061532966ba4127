"""A customer's message, stored once, before anything else happens to it."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import Inbound, InboundReceipt, Media
from casebackend.conversations import (
    danger_rules,
    deliveries,
    fetching,
    hearing,
    media,
    opening,
    queries,
    rules,
    service,
)
from casebackend.conversations.danger import Heard
from casebackend.conversations.errors import ExternalIdReused
from casebackend.conversations.large import wants_large
from casebackend.conversations.model import Conversation, Message, Turn
from casebackend.conversations.rules import Asked, Author, Channel, Owner, TurnState
from casebackend.customers import codes
from casebackend.customers import service as customers
from casebackend.database import announce
from casebackend.failpoints import failpoint

# These channels open a conversation themselves, so their customers have met the greeting.
OPENS_ITSELF = frozenset({Channel.WEBCHAT})


async def _known(session: AsyncSession, inbound: Inbound) -> Message | None:
    found: Message | None = await session.scalar(
        select(Message).where(Message.channel == inbound.channel, Message.external_id == inbound.external_id)
    )
    return found


async def _seen_before(session: AsyncSession, inbound: Inbound, message: Message) -> InboundReceipt:
    conversation = await session.get_one(Conversation, message.conversation_id)
    if conversation.sender != inbound.sender:
        raise ExternalIdReused
    turn: Turn | None = await session.scalar(select(Turn).where(Turn.message_id == message.id))
    return InboundReceipt(
        message_id=message.id,
        conversation_id=conversation.id,
        seq=message.seq,
        duplicate=True,
        state=TurnState(turn.state) if turn else TurnState.ANSWERED,
        owner=Owner(conversation.owner),
        secret_dropped=message.secret_dropped,
        replies=await queries.replies_to(session, message, turn),
    )


async def receive(session: AsyncSession, inbound: Inbound, *, bank: str, now: datetime) -> InboundReceipt:
    await failpoint("inbox.before_insert")
    conversation = await service.hold_or_open(session, channel=inbound.channel, sender=inbound.sender, now=now)
    # Asked with the conversation in hand: somebody may have stored the same message while we waited for it.
    known = await _known(session, inbound)
    if known is not None:
        return await _seen_before(session, inbound, known)
    message, heard = await _store(session, conversation, inbound, now)
    if inbound.channel not in OPENS_ITSELF:
        await opening.greet(session, conversation, bank=bank, now=now)
    turn = await _duty(session, conversation, inbound, message, heard, now)
    if (large := wants_large(message.text)) is not None:
        conversation.large = large
    await deliveries.release_held(session, conversation)
    announce(session, "console")
    await session.flush()
    return InboundReceipt(
        message_id=message.id,
        conversation_id=conversation.id,
        seq=message.seq,
        duplicate=False,
        state=TurnState(turn.state),
        owner=Owner(conversation.owner),
        secret_dropped=message.secret_dropped,
        replies=[],
    )


async def _store(
    session: AsyncSession, conversation: Conversation, inbound: Inbound, now: datetime
) -> tuple[Message, Heard]:
    text = rules.cleaned(inbound.text)
    if not text and inbound.media:
        text = "".join(f"{rules.MEDIA_WORDS[each.kind]} {each.note or ''}".rstrip() for each in inbound.media)
    offered = conversation.choices
    text = rules.chosen(text, offered) or rules.wants_more(text, offered) or rules.key_pressed(text) or text
    asked = None if text in conversation.choices else conversation.asked
    text, code = _without_code(conversation, text, asked, now)
    tokenised = await customers.protect(session, conversation.id, text, asked=asked)
    identity = uuid4()
    cut = rules.cut(tokenised.text)
    message = Message(
        id=identity,
        author=Author.CUSTOMER,
        text=cut,
        secret_dropped=tokenised.secret_dropped,
        answer_digest=codes.digest(customers.vault(session), conversation.id, code) if code else None,
        media=[_noted(conversation, each, now).model_dump_json() for each in inbound.media],
        external_id=inbound.external_id,
        received_at=inbound.received_at,
        at=now,
    )
    if cut != tokenised.text:
        message.original_enc = customers.vault(session).seal("messages", "original_enc", identity, tokenised.plain)
    heard = await danger_rules.heard_in(session, message.text, now=now)
    hearing.noted(message, heard)
    conversation.last_in_at = now
    try:
        stored = await service.put_in(session, conversation, message)
    except IntegrityError as error:
        raise ExternalIdReused from error
    if inbound.media:
        await media.tie(session, stored, inbound.media)
        await fetching.note(session, stored, inbound.media, now=now)
    return stored, heard


def _without_code(conversation: Conversation, text: str, asked: str | None, now: datetime) -> tuple[str, str | None]:
    """A one-time code is never kept: neither as an answer, nor typed somewhere else while one is on its way."""
    answering = asked == Asked.IDENTITY_CODE
    running = conversation.code_until is not None and now < conversation.code_until
    return codes.taken_out(text, answering=answering) if answering or running else (text, None)


def _noted(conversation: Conversation, sent: Media, now: datetime) -> Media:
    """What speech recognition made of a voice is kept with the medium, too."""
    if sent.note is None:
        return sent
    note, _ = _without_code(conversation, sent.note, conversation.asked, now)
    return sent.model_copy(update={"note": note})


async def _duty(
    session: AsyncSession, conversation: Conversation, inbound: Inbound, message: Message, heard: Heard, now: datetime
) -> Turn:
    """Who has to answer. An empty event (somebody subscribed) is answered by the greeting itself."""
    turn = Turn(
        message_id=message.id,
        conversation_id=conversation.id,
        seq=message.seq,
        state=TurnState.WAITING,
        epoch=conversation.epoch,
        created_at=now,
    )
    session.add(turn)
    await session.flush()
    if not inbound.text.strip() and not inbound.media:
        turn.state = TurnState.ANSWERED
        await service.carry(session, conversation, now)
    elif conversation.owner == Owner.PERSON:
        turn.state = TurnState.FOR_PERSON
    if message.secret_dropped:
        await service.mention(session, conversation, "secret_dropped", now)
    await hearing.answered(session, conversation, message, turn, heard, now)
    if turn.state == TurnState.WAITING and rules.spoken(inbound.text, [each.kind for each in inbound.media]):
        await service.mention(session, conversation, "voice_heard", now, words=rules.shortened(message.text))
    if turn.state == TurnState.WAITING:
        announce(session, "turns")
    else:
        await service.carry(session, conversation, now)
    return turn
