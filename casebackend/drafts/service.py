"""A draft grows with each message. Callers hold a writing transaction."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.conversations import service as conversations
from casebackend.conversations.model import Conversation
from casebackend.customers import service as customers
from casebackend.database import announce
from casebackend.drafts import queries
from casebackend.drafts.errors import DraftIncomplete, NoDraft
from casebackend.drafts.model import Draft, DraftField
from casebackend.drafts.rules import COMPLAINT, DraftState, Field, FieldState
from casebackend.drafts.values import Understood, Value, text_value

LONGEST_FACTS = 4_000


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: a message, or a turn of a recorded call."""

    message_id: UUID | None
    turn: int | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Complete:
    """All that a case needs, in plain text out of the vault. Never logged, never answered to a channel."""

    draft: Draft
    facts: str
    demand: str
    unit_id: UUID | None
    amount: Decimal | None
    occurred_on: date | None
    name: str | None
    phone: str | None
    id_number: str | None


async def open_draft(session: AsyncSession, conversation_id: UUID) -> Draft | None:
    return await queries.open_draft(session, conversation_id)


async def start(
    session: AsyncSession, conversation: Conversation, *, message_id: UUID | None, received_at: datetime, now: datetime
) -> Draft:
    draft = Draft(
        id=uuid4(),
        conversation_id=conversation.id,
        state=DraftState.OPEN,
        started_message_id=message_id,
        first_received_at=received_at,
        touched_at=now,
        channel=conversation.channel,
    )
    session.add(draft)
    conversation.has_draft = True
    await session.flush()
    return draft


async def put(session: AsyncSession, draft: Draft, name: Field, value: Value, source: Source) -> bool:
    """Whether the field is different now."""
    held = await session.get(DraftField, (draft.id, name))
    new = (value.value, value.display, value.state)
    if held is not None and (held.value, held.display, held.state) == new:
        return False
    places = [each.place for each in (await queries.fields(session, draft)).values()]
    if name in {Field.FACTS, Field.DEMAND} and draft.likeness_choice == "none":
        draft.likeness_choice = None
    if held is None:
        held = DraftField(draft_id=draft.id, name=name)
        session.add(held)
    held.value, held.display, held.state = new
    held.message_id, held.turn, held.confidence = source.message_id, source.turn, source.confidence
    held.start_ms, held.end_ms = source.start_ms, source.end_ms
    held.place = max(places, default=0) + 1
    await session.flush()
    return True


async def _add(
    session: AsyncSession, draft: Draft, held: DraftField, value: Value, source: Source, *, between: str
) -> bool:
    """More of the story, or one more demand, goes after what was told before."""
    if value.value in held.value:
        return False
    together = text_value(f"{held.value}{between}{value.value}"[:LONGEST_FACTS])
    return await put(session, draft, Field(held.name), together, source)


async def take(
    session: AsyncSession, draft: Draft, understood: Understood, source: Source, asked: str | None
) -> list[Field]:
    """Applies what was understood: the answer and corrections replace, anything else only fills what is missing."""
    changed = []
    held = await queries.fields(session, draft)
    wanted = asked.removeprefix("field.") if asked and understood.answered else None
    for name, value in understood.values.items():
        known = held.get(name)
        if known is None or known.state == FieldState.TO_CONFIRM or (name == wanted and name is not Field.FACTS):
            done = await put(session, draft, name, value, source)
        elif name is Field.FACTS:
            done = await _add(session, draft, known, value, source, between="\n")
        elif name is Field.DEMAND and FieldState(known.state) == FieldState.FILLED:
            done = await _add(session, draft, known, value, source, between="；")
        else:
            done = False
        changed += [name] if done else []
    for name, value in understood.corrected.items():
        if await put(session, draft, name, value, source):
            changed.append(name)
    if understood.about_money is not None and not understood.corrected:
        _money(draft, understood, wanted)
    if Field.AMOUNT in understood.corrected:
        draft.about_money = understood.about_money is not False
    return sorted(changed, key=list(Field).index)


def _money(draft: Draft, understood: Understood, wanted: str | None) -> None:
    """Money once mentioned stays, unless the customer denies it."""
    if understood.about_money:
        draft.about_money = True
    elif wanted == Field.AMOUNT or Field.FACTS in understood.values:
        draft.about_money = False


async def cancel(session: AsyncSession, conversation_id: UUID, *, now: datetime) -> None:
    """The values stay: the next complaint message opens the draft again."""
    conversation = await conversations.hold(session, conversation_id)
    draft = await open_draft(session, conversation_id)
    if draft is None:
        if await queries.recoverable(session, conversation_id, now) is not None:
            return
        raise NoDraft
    draft.state, draft.cancelled_at, draft.touched_at = DraftState.CANCELLED, now, now
    draft.failures = {}
    conversation.has_draft = False
    await session.flush()
    announce(session, "console")


async def mark_filed(session: AsyncSession, draft: Draft, case_id: UUID) -> None:
    """Called in the transaction that makes the case."""
    draft.state, draft.case_id = DraftState.FILED, case_id
    conversation = await session.get_one(Conversation, draft.conversation_id)
    conversation.has_draft = False
    await session.flush()


async def complete(session: AsyncSession, conversation_id: UUID) -> Complete:
    draft = await open_draft(session, conversation_id)
    if draft is None:
        raise NoDraft
    held = await queries.fields(session, draft)
    absent = queries.missing(draft, held)
    if absent:
        raise DraftIncomplete(absent)

    async def plain(name: Field) -> str | None:
        field = held.get(name)
        if field is None or field.state in {FieldState.REFUSED, FieldState.UNKNOWN}:
            return None
        return await customers.reveal(session, conversation_id, field.value)

    unit, money, day = await plain(Field.UNIT), await plain(Field.AMOUNT), await plain(Field.OCCURRED_ON)
    return Complete(
        draft=draft,
        facts=held[Field.FACTS].value,
        demand=held[Field.DEMAND].value if draft.matter_type == COMPLAINT else "",
        unit_id=UUID(unit) if unit else None,
        amount=Decimal(money) if money else None,
        occurred_on=date.fromisoformat(day) if day else None,
        name=await plain(Field.NAME),
        phone=await plain(Field.PHONE),
        id_number=await plain(Field.ID_NUMBER),
    )
