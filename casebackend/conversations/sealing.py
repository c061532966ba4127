"""Pick-up codes that earlier versions kept in the words of a conversation."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.conversations.model import Message
from casebackend.conversations.service import hold
from casebackend.customers import service as customers


async def seal_pickups(session: AsyncSession, *, after: UUID | None = None, most: int = 500) -> UUID | None:
    """From `after` on, in the order of their ids; the last one that was looked at, None where there are no more."""
    query = select(Message).where(Message.text.like("%取件码%-%")).order_by(Message.id).limit(most)
    found = (await session.scalars(query if after is None else query.where(Message.id > after))).all()
    for message in found:
        await hold(session, message.conversation_id)
        message.text = await customers.without_pickups(session, message.conversation_id, message.text)
    await session.flush()
    return found[-1].id if found else None
