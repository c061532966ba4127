"""How a draft begins: for the first time, anew, and by somebody whom we know."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.conversations import service as conversations
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
from casebackend.identity.queries import Shown
from casebackend.identity.rules import Level

MOST = 20
# The paper was shown to core banking and is not kept here.
CONFIRMED = Value("", "核心系统已核实", FieldState.UNKNOWN)
OF_THE_PERSON = frozenset({Field.NAME, Field.PHONE, Field.ID_NUMBER})


async def begun(
    session: AsyncSession, conversation: Conversation, message: Message, now: datetime, *, left: Draft | None = None
) -> Draft:
    """`left`: one that was given up not long ago and is left aside; who complains is still the same."""
    received = message.received_at or message.at
    if left is not None:
        received = max(received, left.first_received_at)
    draft = await start(session, conversation, message_id=message.id, received_at=min(received, now), now=now)
    if left is not None:
        await _take_over_person(session, left, draft)
        draft.last_result = {"left": str(left.id)}
    else:
        await _same_person(session, draft, now)
    await _known_customer(session, draft, message.id, now)
    return draft


async def anew(session: AsyncSession, conversation: Conversation, old: Draft, message: Message, now: datetime) -> Draft:
    """The old one is given up, its values stay until retention takes them; who complains is still the same."""
    old.state, old.cancelled_at = DraftState.CANCELLED, now
    await session.flush()
    received = max(message.received_at or message.at, old.first_received_at)
    draft = await start(session, conversation, message_id=message.id, received_at=min(received, now), now=now)
    draft.matter_type = old.matter_type
    await _take_over_person(session, old, draft)
    return draft


async def _take_over_person(session: AsyncSession, old: Draft, draft: Draft) -> None:
    for name, held in (await queries.fields(session, old)).items():
        if name in OF_THE_PERSON:
            await put(session, draft, name, Value(held.value, held.display, FieldState(held.state)), _source(held))


async def _same_person(session: AsyncSession, draft: Draft, now: datetime) -> None:
    """Who complains a second time in a conversation is not asked again who he is; the read-back shows it."""
    before = await queries.filed_before(session, draft.conversation_id, now)
    if before is not None:
        await _take_over_person(session, before, draft)


async def known_now(session: AsyncSession, conversation_id: UUID, message_id: UUID, now: datetime) -> None:
    """The customer has shown who he is in the middle of the form: what we know of him is asked no more."""
    await conversations.hold(session, conversation_id)
    draft = await queries.open_draft(session, conversation_id)
    if draft is None:
        return
    if draft.likeness_choice == "none":
        draft.likeness_choice = None
    await _known_customer(session, draft, message_id, now)


async def _known_customer(session: AsyncSession, draft: Draft, message_id: UUID, now: datetime) -> None:
    """Name and phone of a customer who has proved the phone are not asked, nor is the paper that core banking has
    confirmed; the read-back shows them, and each can be put right there. Several customers of one phone: the phone
    only, as long as no name is confirmed."""
    shown = await identity.shown(session, draft.conversation_id, now=now)
    if shown.phone is None:
        return
    held = await queries.fields(session, draft)
    known = await _customers(session, shown)
    if not known:
        return
    plain = await customers.opened(session, known[0])
    said = {Field.PHONE: (Kind.PHONE, plain["phone"])}
    if len(known) == 1:
        said[Field.NAME] = (Kind.NAME, plain["name"])
    if len(known) == 1 and shown.level is Level.CORE:
        said[Field.ID_NUMBER] = (Kind.ID_NUMBER, plain["id_number"])
    for name, (kind, value) in said.items():
        if name in held:
            continue
        if value:
            token = await customers.token_for(session, draft.conversation_id, kind, value)
            await put(session, draft, name, Value(token, token), Source(message_id))
        elif name is Field.ID_NUMBER:
            await put(session, draft, name, CONFIRMED, Source(message_id))


async def _customers(session: AsyncSession, shown: Shown) -> list[Customer]:
    known = list(await session.scalars(select(Customer).where(Customer.phone_index == shown.phone).limit(MOST)))
    if not shown.names:
        return known
    vault = customers.vault(session)
    names = {each.id: (await customers.opened(session, each))["name"] or "" for each in known}
    return [each for each in known if vault.index("name", names[each.id]) in shown.names] or known


def _source(held: DraftField) -> Source:
    return Source(held.message_id)
