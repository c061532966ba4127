"""How a draft begins: for the first time, anew, and by somebody whom we know."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.conversations.model import Conversation, Message
from casebackend.drafts import queries
from casebackend.drafts.model import Draft, DraftField
from casebackend.drafts.rules import DraftState, Field, FieldState
from casebackend.drafts.service import Source, put, start
from casebackend.drafts.values import Value

OF_THE_PERSON = frozenset({Field.NAME, Field.PHONE, Field.ID_NUMBER})


async def begun(session: AsyncSession, conversation: Conversation, message: Message, now: datetime) -> Draft:
    received = message.received_at or message.at
    draft = await start(session, conversation, message_id=message.id, received_at=min(received, now), now=now)
    await _same_person(session, draft, now)
    return draft


async def anew(session: AsyncSession, conversation: Conversation, old: Draft, message: Message, now: datetime) -> Draft:
    """The old one is given up, its values stay until retention takes them; who complains is still the same."""
    old.state, old.cancelled_at = DraftState.CANCELLED, now
    await session.flush()
    received = max(message.received_at or message.at, old.first_received_at)
    draft = await start(session, conversation, message_id=message.id, received_at=min(received, now), now=now)
    draft.matter_type = old.matter_type
    for name, held in (await queries.fields(session, old)).items():
        if name in OF_THE_PERSON:
            await put(session, draft, name, Value(held.value, held.display, FieldState(held.state)), _source(held))
    return draft


async def _same_person(session: AsyncSession, draft: Draft, now: datetime) -> None:
    """Who complains a second time in a conversation is not asked again who he is; the read-back shows it."""
    before = await queries.filed_before(session, draft.conversation_id, now)
    for name, held in (await queries.fields(session, before)).items() if before else []:
        if name in OF_THE_PERSON:
            value = Value(held.value, held.display, FieldState(held.state))
            await put(session, draft, name, value, _source(held))


def _source(held: DraftField) -> Source:
    return Source(held.message_id)
