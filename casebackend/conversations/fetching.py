"""Media that a platform keeps for a few days only (WeChat: three): who fetches them, and what became of them."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import Media
from casebackend.attachments.model import Attachment
from casebackend.attachments.receiving import Received
from casebackend.conversations import media
from casebackend.conversations.model import Conversation, MediaDuty, Message
from casebackend.conversations.rules import Channel
from casebackend.database import locked
from casebackend.errors import NotFound

FETCHED = frozenset({"image", "voice", "video", "file"})
BY_PLATFORM = frozenset({Channel.WECHAT})
LEASE = timedelta(minutes=2)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
# ecosystem.md: temporary media are deleted after three days.
KEPT_THERE = timedelta(days=3)


class DutyNotFound(NotFound):
    slug = "media-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个待取的文件，或已经取回")


async def note(session: AsyncSession, message: Message, sent: list[Media], *, now: datetime) -> None:
    """In the transaction of the message: what was not fetched yet is known, whatever dies."""
    for each in sent:
        wanted = each.kind in FETCHED and each.reference and media.referred(each) is None
        if wanted and message.channel in BY_PLATFORM:
            session.add(
                MediaDuty(
                    message_id=message.id,
                    channel=message.channel,
                    kind=each.kind,
                    reference=each.reference,
                    next_at=now,
                    created_at=now,
                )
            )
    await session.flush()


async def claim(session: AsyncSession, channel: Channel, *, now: datetime) -> MediaDuty | None:
    """The next one; whoever dies with it gives it back by the end of the lease."""
    found = await session.scalars(
        select(MediaDuty)
        .where(MediaDuty.state == "waiting", MediaDuty.channel == channel, MediaDuty.next_at <= now)
        .order_by(MediaDuty.next_at, MediaDuty.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    duty = found.first()
    if duty is not None:
        duty.next_at = now + LEASE
        await session.flush()
    return duty


async def _held(session: AsyncSession, duty_id: UUID) -> MediaDuty:
    duty = await locked(session, MediaDuty, duty_id)
    if duty is None or duty.state != "waiting":
        raise DutyNotFound
    return duty


async def fetched(session: AsyncSession, duty_id: UUID, file: Received, *, now: datetime) -> Attachment:
    duty = await _held(session, duty_id)
    message = await session.get_one(Message, duty.message_id)
    conversation = await session.get_one(Conversation, message.conversation_id)
    kept = await media.keep(session, file, channel=Channel(conversation.channel), sender=conversation.sender, now=now)
    kept.message_id = message.id
    duty.state, duty.attachment_id = "kept", kept.id
    await session.flush()
    return kept


async def failed(session: AsyncSession, duty_id: UUID, *, for_good: bool, now: datetime) -> None:
    """Tried again ever later, as long as the platform still has it."""
    duty = await _held(session, duty_id)
    duty.tries += 1
    duty.next_at = now + min(FIRST_WAIT * 2 ** min(duty.tries, 12), LONGEST_WAIT)
    if for_good or duty.next_at > duty.created_at + KEPT_THERE:
        duty.state = "lost"
    await session.flush()
