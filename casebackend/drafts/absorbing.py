"""What one message does to the draft of its conversation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.drafts import Absorbed
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Conversation, Message, Turn
from casebackend.conversations.rules import Author, TurnState, wordless
from casebackend.customers import service as customers
from casebackend.customers.numbers import looks_like_id, right_id
from casebackend.database import announce
from casebackend.drafts import queries
from casebackend.drafts.errors import ForeignMessage
from casebackend.drafts.extraction import Reader
from casebackend.drafts.model import Draft
from casebackend.drafts.rules import DraftState, Field, FieldState
from casebackend.drafts.service import Source, open_draft, put, start, take
from casebackend.drafts.values import Understood, Value, unit_value
from casebackend.organisations.queries import all_names


async def _message(session: AsyncSession, conversation_id: UUID, message_id: UUID) -> Message:
    message = await session.get(Message, message_id)
    if message is None or message.conversation_id != conversation_id or message.author != Author.CUSTOMER:
        raise ForeignMessage
    return message


async def _asked(session: AsyncSession, conversation: Conversation, message: Message) -> str | None:
    """The question that was open when the turn began; a turn that nobody claimed yet answers the present one."""
    turn: Turn | None = await session.scalar(select(Turn).where(Turn.message_id == message.id))
    return turn.asked if turn is not None and turn.state != TurnState.WAITING else conversation.asked


async def _undo_last(session: AsyncSession, draft: Draft) -> list[Field]:
    held = await queries.fields(session, draft)
    if not held:
        return []
    last = max(held.values(), key=lambda each: each.place)
    await session.delete(last)
    await session.flush()
    return [Field(last.name)]


async def absorb(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime) -> Absorbed:
    conversation = await conversations.hold(session, conversation_id)
    message = await _message(session, conversation_id, message_id)
    draft = await open_draft(session, conversation_id)
    if draft is not None and draft.last_message_id == message.id:
        return await _absorbed(session, draft, draft.last_result)
    started = draft is None
    if draft is None:
        draft = await _reopened(session, conversation, now)
        started = draft is None
    if draft is None:
        received = message.received_at or message.at
        draft = await start(session, conversation, message_id=message.id, received_at=min(received, now), now=now)
        await _same_person(session, draft, now)
    if (media := wordless(message.text)) is not None:
        return await _kept(session, draft, message, media, started=started, now=now)
    asked = await _asked(session, conversation, message)
    reader = Reader(await all_names(session), now)
    candidates = await _candidates(session, draft, reader)
    understood = reader.read(message.text, asked, await queries.fields(session, draft))
    _chosen(reader, understood, asked, candidates, message.text)
    await leave_out_wrong_papers(session, draft, understood, asked)
    if understood.back:
        changed = await _undo_last(session, draft)
    elif understood.wrong is not None:
        changed = await _forget(session, draft, understood.wrong)
    else:
        changed = await take(session, draft, understood, Source(message.id), asked)
    result = {
        "started": started,
        "changed": changed,
        "understood": understood.answered or bool(changed),
        "failures": _failures(draft, asked, understood, changed),
        "choices": await _choices(session, draft, understood, candidates),
    }
    draft.last_message_id, draft.last_result, draft.touched_at = message.id, result, now
    await session.flush()
    announce(session, "console")
    return await _absorbed(session, draft, result)


async def _kept(
    session: AsyncSession, draft: Draft, message: Message, media: str, *, started: bool, now: datetime
) -> Absorbed:
    """A picture, or a voice that was not turned into words: no miss, and no answer either."""
    result = {"started": started, "changed": [], "understood": True, "failures": 0, "choices": [], "media": media}
    draft.last_message_id, draft.last_result, draft.touched_at = message.id, result, now
    await session.flush()
    announce(session, "console")
    return await _absorbed(session, draft, result)


async def _forget(session: AsyncSession, draft: Draft, name: Field) -> list[Field]:
    """It will be asked again."""
    held = (await queries.fields(session, draft)).get(name)
    if held is None:
        return []
    await session.delete(held)
    await session.flush()
    return [name]


async def _same_person(session: AsyncSession, draft: Draft, now: datetime) -> None:
    """Who complains a second time in a conversation is not asked again who he is; the read-back shows it."""
    before = await queries.filed_before(session, draft.conversation_id, now)
    for name, held in (await queries.fields(session, before)).items() if before else []:
        if name in {Field.NAME, Field.PHONE, Field.ID_NUMBER}:
            value = Value(held.value, held.display, FieldState(held.state))
            await put(session, draft, name, value, Source(held.message_id))


async def _candidates(session: AsyncSession, draft: Draft, reader: Reader) -> list[str]:
    """Units of one name, of which the customer has not said which."""
    held = await queries.fields(session, draft)
    if Field.UNIT in held:
        return []
    offered = list((draft.last_result or {}).get("choices", []))
    story = held.get(Field.FACTS)
    named = reader.units(story.value) if story is not None else []
    return offered or ([unit.name for unit in named] if len(named) > 1 else [])


def _chosen(reader: Reader, understood: Understood, asked: str | None, candidates: list[str], text: str) -> None:
    if asked != "field.unit" or not candidates or understood.answered:
        return
    unit = reader.one_of(candidates, text)
    if unit is not None:
        understood.values[Field.UNIT], understood.units, understood.answered = unit_value(unit), [], True


async def _choices(session: AsyncSession, draft: Draft, understood: Understood, candidates: list[str]) -> list[str]:
    """Offered as long as the unit is the question."""
    held = await queries.fields(session, draft)
    if Field.UNIT in held or next(iter(queries.missing(draft, held)), None) is not Field.UNIT:
        return []
    return [unit.name for unit in understood.units] or candidates


def _failures(draft: Draft, asked: str | None, understood: Understood, changed: list[Field]) -> int:
    """Misses in a row on the question that was asked; other news in the message is no miss."""
    if not asked or not asked.startswith("field."):
        return 0
    misses = 0 if understood.answered or changed else int(draft.failures.get(asked, 0)) + 1
    draft.failures = {**draft.failures, asked: misses}
    return misses


async def leave_out_wrong_papers(
    session: AsyncSession, draft: Draft, understood: Understood, asked: str | None
) -> None:
    """An identity number whose check digit is wrong was mistyped, and is asked again."""
    for values in (understood.values, understood.corrected):
        given = values.get(Field.ID_NUMBER)
        if given is None or given.state != FieldState.FILLED:
            continue
        number = await customers.reveal(session, draft.conversation_id, given.value)
        if looks_like_id(number) and not right_id(number):
            del values[Field.ID_NUMBER]
            understood.answered = understood.answered and asked != "field.id_number"


async def _absorbed(session: AsyncSession, draft: Draft, result: dict[str, Any]) -> Absorbed:
    return Absorbed.model_validate({"draft": await queries.view(session, draft), **result})


async def _reopened(session: AsyncSession, conversation: Conversation, now: datetime) -> Draft | None:
    draft = await queries.recoverable(session, conversation.id, now)
    if draft is not None:
        draft.state, draft.cancelled_at, draft.touched_at = DraftState.OPEN, None, now
        conversation.has_draft = True
        await session.flush()
    return draft
