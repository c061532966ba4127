"""How a draft begins: for the first time, anew, and by somebody whom we know."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.conversations.model import Conversation, Message
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.customers.rules import Kind
from casebackend.drafts import queries
from casebackend.drafts.model import Draft, DraftField
from casebackend.drafts.rules import DraftState, Field, FieldState
from casebackend.drafts.service import Source, put, start
from casebackend.drafts.values import Value
from casebackend.identity import queries as identity

OF_THE_PERSON = frozenset({Field.NAME, Field.PHONE, Field.ID_NUMBER})


async def begun(session: AsyncSession, conversation: Conversation, message: Message, now: datetime) -> Draft:
    received = message.received_at or message.at
    draft = await start(session, conversation, message_id=message.id, received_at=min(received, now), now=now)
    await _same_person(session, draft, now)
    await _known_customer(session, draft, message, now)
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


async def _known_customer(session: AsyncSession, draft: Draft, message: Message, now: datetime) -> None:
    """Name and phone of a customer who has proved the phone are not asked; the read-back shows them, and either can be
    put right there. Several customers of one phone: the phone only."""
    shown = await identity.shown(session, draft.conversation_id, now=now)
    if shown.phone is None:
        return
    held = await queries.fields(session, draft)
    known = (await session.scalars(select(Customer).where(Customer.phone_index == shown.phone).limit(2))).all()
    if not known:
        return
    plain = await customers.opened(session, known[0])
    said = {Field.PHONE: (Kind.PHONE, plain["phone"])}
    if len(known) == 1:
        said[Field.NAME] = (Kind.NAME, plain["name"])
    for name, (kind, value) in said.items():
        if value and name not in held:
            token = await customers.token_for(session, draft.conversation_id, kind, value)
            await put(session, draft, name, Value(token, token), Source(message.id))


def _source(held: DraftField) -> Source:
    return Source(held.message_id)
