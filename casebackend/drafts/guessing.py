"""Who was asked what is meant, and says that it is a complaint, has told his story already."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.conversations.model import Message
from casebackend.conversations.rules import Asked, Author
from casebackend.customers.spelling import simplified
from casebackend.drafts import queries
from casebackend.drafts.extraction import Reader, tells_more
from casebackend.drafts.model import Draft
from casebackend.drafts.noting import note
from casebackend.drafts.reading import read
from casebackend.drafts.rules import Field
from casebackend.organisations.queries import all_names


async def told_before(session: AsyncSession, message: Message, asked: str | None, now: datetime) -> Message | None:
    """The message that was not understood, where it tells what happened and the one that answers does not."""
    if asked != Asked.GUESS:
        return None
    reader = Reader(await all_names(session), now)
    if reader.facts.has_facts(simplified(message.text)):
        return None
    before: Message | None = await session.scalar(
        select(Message)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.author == Author.CUSTOMER,
            Message.seq < message.seq,
            Message.at > message.at - queries.AWAY,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return before if before is not None and _tells(reader, before.text) else None


async def take_up(session: AsyncSession, draft: Draft, first: Message, now: datetime) -> list[str]:
    """Reads it into the draft, and gives what was noted of it, in words."""
    await read(session, draft, first, None, now, meant=None)
    return note(draft, first.text)[0]


def _tells(reader: Reader, text: str) -> bool:
    told = reader.read(text, None, ()).values
    return Field.FACTS in told and (len(told) > 1 or tells_more(text))
