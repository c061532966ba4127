"""What a customer sends besides words: the file comes first, the message that it belongs to names it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import Media
from casebackend.attachments import service as attachments
from casebackend.attachments.errors import CaseFull
from casebackend.attachments.model import Attachment
from casebackend.attachments.receiving import Limits, Received
from casebackend.attachments.rules import Origin
from casebackend.attachments.service import Where
from casebackend.conversations import service
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import Channel
from casebackend.customers import service as customers

PREFIX = "attachment:"
CUSTOMER = "客户"


def limits_of(session: AsyncSession) -> Limits:
    held: Limits = session.info["upload_limits"]
    return held


async def keep(session: AsyncSession, file: Received, *, channel: Channel, sender: str, now: datetime) -> Attachment:
    """Before there is a case the limits of a case hold for the conversation."""
    conversation = await service.hold_or_open(session, channel=channel, sender=sender, now=now)
    await _require_room(session, conversation, file)
    name = (await customers.protect(session, conversation.id, attachments.shown_name(file), asked=None)).text
    where = Where(origin=Origin.CUSTOMER, conversation_id=conversation.id, by_name=CUSTOMER)
    return await attachments.keep(session, file, where, name=name, now=now)


async def _require_room(session: AsyncSession, conversation: Conversation, file: Received) -> None:
    limits = limits_of(session)
    row = (
        await session.execute(
            select(func.count(), func.coalesce(func.sum(Attachment.size), 0)).where(
                Attachment.conversation_id == conversation.id,
                Attachment.origin == Origin.CUSTOMER,
                Attachment.purged_at.is_(None),
            )
        )
    ).one()
    if row[0] + 1 > limits.case_files or row[1] + file.size > limits.case_bytes:
        raise CaseFull


def referred(media: Media) -> UUID | None:
    """The attachment that a medium stands for; None for a number of the channel's own."""
    if not media.reference.startswith(PREFIX):
        return None
    try:
        return UUID(media.reference.removeprefix(PREFIX))
    except ValueError:
        return None


async def tie(session: AsyncSession, message: Message, media: list[Media]) -> None:
    """Only what came over the same conversation can be named; anything else is passed over."""
    for each in media:
        identity = referred(each)
        attachment = await session.get(Attachment, identity) if identity is not None else None
        if attachment is not None and attachment.conversation_id == message.conversation_id:
            attachment.message_id = attachment.message_id or message.id
    await session.flush()
