"""How a conversation begins, and begins again after a pause."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import HOURS
from casebackend.conversations import deliveries
from casebackend.conversations.model import Conversation, Delivery, Message
from casebackend.conversations.rules import Channel, DeliveryState, Owner
from casebackend.conversations.service import carry, hold_or_open, mention
from casebackend.notifications import words

PAUSE = timedelta(minutes=30)


async def greet(session: AsyncSession, conversation: Conversation, *, bank: str, now: datetime) -> None:
    """The first bubble, with the privacy notice, whose version and time are kept; once for each version."""
    version = words.version("greeting")
    if conversation.notice_version == version:
        return
    conversation.notice_version, conversation.notice_at = version, now
    await mention(session, conversation, "greeting", now, bank=bank, hours=HOURS)


async def mark_shown(session: AsyncSession, conversation: Conversation, now: datetime) -> Delivery | None:
    """The channel shows what was said in its own answer, so nobody needs to carry it."""
    delivery = await carry(session, conversation, now, passive=True)
    if delivery is not None:
        delivery.state, delivery.done_at = DeliveryState.SENT, now
        await session.flush()
    return delivery


async def open_or_resume(
    session: AsyncSession, *, channel: Channel, sender: str, bank: str, now: datetime
) -> tuple[Conversation, Delivery | None]:
    """Greets a new customer, and reminds one who comes back after a pause of the draft that waits.

    The delivery is what the channel has to show for it.
    """
    conversation = await hold_or_open(session, channel=channel, sender=sender, now=now)
    last = await session.scalar(select(func.max(Message.at)).where(Message.conversation_id == conversation.id))
    await greet(session, conversation, bank=bank, now=now)
    if conversation.has_draft and conversation.owner == Owner.BOT and last is not None and now - last >= PAUSE:
        await mention(session, conversation, "welcome_back", now)
    await deliveries.release_held(session, conversation)
    return conversation, await mark_shown(session, conversation, now)
