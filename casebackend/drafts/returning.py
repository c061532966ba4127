"""Where a customer stands who says hello, comes back, or says something that belongs to no talk."""

from datetime import datetime
from itertools import takewhile
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.drafts import Standing
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.large import wants_large
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import Author
from casebackend.drafts import meaning, plaints, queries, wishes
from casebackend.drafts.errors import ForeignMessage

LOOKED_AT = 40
GO_ON = "继续"


async def standing(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime) -> Standing:
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        raise ConversationNotFound
    message = await session.get(Message, message_id)
    if message is None or message.conversation_id != conversation_id or message.author != Author.CUSTOMER:
        raise ForeignMessage
    draft = await queries.open_draft(session, conversation_id)
    draft = draft or await queries.recoverable(session, conversation_id, now)
    view = {
        "draft": await queries.view(session, draft, spoke_at=message.at) if draft is not None else None,
        "wish": wishes.wish(message.text),
        "offered": any(choice.startswith(GO_ON) for choice in conversation.choices),
        "menu": wishes.menu(await _said(session, conversation_id, message.seq)),
        "danger": message.danger,
        "large": wants_large(message.text),
        "plaint": plaints.is_plaint(message.text, message.stirred),
        "times": await _times(session, conversation_id, message.seq),
        "tells": meaning.tells(message.text, now),
        "keeps": meaning.keeps(message.text),
    }
    return Standing.model_validate(view)


async def _times(session: AsyncSession, conversation_id: UUID, before: int) -> int:
    """How often in a row the newest question before the message was asked."""
    found = await session.scalars(
        select(Message.asks)
        .where(
            Message.conversation_id == conversation_id,
            Message.author == Author.BOT,
            Message.asks.is_not(None),
            Message.seq < before,
        )
        .order_by(Message.seq.desc())
        .limit(LOOKED_AT)
    )
    asked = list(found)
    return sum(1 for _ in takewhile(lambda each: each == asked[0], asked))


async def _said(session: AsyncSession, conversation_id: UUID, before: int) -> list[str]:
    """The newest messages of the customer before this one, newest first."""
    found = await session.scalars(
        select(Message.text)
        .where(Message.conversation_id == conversation_id, Message.author == Author.CUSTOMER, Message.seq < before)
        .order_by(Message.seq.desc())
        .limit(LOOKED_AT)
    )
    return list(found)
