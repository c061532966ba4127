"""Recorded calls. The agent's turns say what was asked, the customer's turns are answers and story."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.drafts import DraftView, Transcript, TranscriptTurn
from casebackend.conversations import rules, service
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import Author, Channel
from casebackend.customers import service as customers
from casebackend.database import announce
from casebackend.drafts import phrases, queries
from casebackend.drafts.extraction import Reader
from casebackend.drafts.model import CallTranscript, Draft, DraftField
from casebackend.drafts.reading import leave_out_wrong_papers
from casebackend.drafts.rules import DraftState, Field, FieldState
from casebackend.drafts.service import Source, start, take
from casebackend.drafts.values import Value
from casebackend.organisations.queries import all_names

CLEAR = 0.75
AUTHORS = {"customer": Author.CUSTOMER, "agent": Author.AGENT, "ivr": Author.SYSTEM}


async def submit(session: AsyncSession, transcript: Transcript, *, now: datetime) -> DraftView:
    conversation = await service.hold_or_open(
        session, channel=Channel.IVR, sender=f"call:{transcript.call_id}", now=transcript.started_at
    )
    held = await session.get(CallTranscript, transcript.call_id)
    draft = await _draft(session, conversation, transcript, now)
    if held is not None and held.revision >= transcript.revision:
        return await queries.view(session, draft)
    turns = await _tokenised(session, conversation, transcript)
    await _keep(session, conversation, transcript, turns, held, now)
    messages = await _as_messages(session, conversation, transcript, turns, now)
    if draft.state == DraftState.OPEN:
        await _read(session, conversation, draft, transcript, turns, messages)
        draft.touched_at = now
    announce(session, "console")
    await session.flush()
    return await queries.view(session, draft)


async def _draft(session: AsyncSession, conversation: Conversation, transcript: Transcript, now: datetime) -> Draft:
    """One call, one draft: also when it was filed or cancelled since."""
    known = await queries.newest(session, conversation.id)
    return known or await start(
        session, conversation, message_id=None, received_at=min(transcript.started_at, now), now=now
    )


def _asked(previous: str | None, turn: TranscriptTurn, text: str) -> str | None:
    if turn.speaker == "customer":
        return previous
    asked = phrases.asks_for(text)
    return f"field.{asked}" if asked else None


async def _tokenised(session: AsyncSession, conversation: Conversation, transcript: Transcript) -> list[str]:
    asked: str | None = None
    texts = []
    for turn in transcript.turns:
        asked = _asked(asked, turn, turn.text)
        mine = asked if turn.speaker == "customer" else None
        protected = await customers.protect(session, conversation.id, rules.cleaned(turn.text), asked=mine)
        texts.append(protected.text)
        if turn.speaker == "customer":
            asked = None
    return texts


async def _keep(
    session: AsyncSession,
    conversation: Conversation,
    transcript: Transcript,
    texts: list[str],
    held: CallTranscript | None,
    now: datetime,
) -> None:
    if held is None:
        held = CallTranscript(call_id=transcript.call_id, conversation_id=conversation.id)
        session.add(held)
    turns: list[dict[str, Any]] = [
        {**turn.model_dump(mode="json"), "text": text} for turn, text in zip(transcript.turns, texts, strict=True)
    ]
    held.revision, held.started_at, held.received_at = transcript.revision, transcript.started_at, now
    held.turns = {"turns": turns}
    held.recording_url = transcript.recording.url if transcript.recording else None
    held.recording_sha256 = transcript.recording.sha256 if transcript.recording else None
    await session.flush()


async def _as_messages(
    session: AsyncSession, conversation: Conversation, transcript: Transcript, texts: list[str], now: datetime
) -> list[Message]:
    """The call as a conversation to read; an earlier revision of it goes."""
    await session.execute(
        delete(Message).where(
            Message.conversation_id == conversation.id, Message.external_id.startswith(f"{transcript.call_id}:")
        )
    )
    messages = []
    for place, (turn, text) in enumerate(zip(transcript.turns, texts, strict=True)):
        message = Message(
            author=AUTHORS[turn.speaker],
            text=text or "…",
            external_id=f"{transcript.call_id}:{transcript.revision.isoformat()}:{place}",
            received_at=transcript.started_at,
            at=now,
        )
        messages.append(await service.put_in(session, conversation, message))
    conversation.last_in_at = now
    return messages


async def _read(
    session: AsyncSession,
    conversation: Conversation,
    draft: Draft,
    transcript: Transcript,
    texts: list[str],
    messages: list[Message],
) -> None:
    """What came from the earlier revision of the call is read anew; what was said elsewhere stays."""
    await session.execute(
        delete(DraftField)
        .where(DraftField.draft_id == draft.id, DraftField.turn.is_not(None))
        .execution_options(synchronize_session="fetch")
    )
    reader = Reader(await all_names(session), transcript.started_at)
    asked: str | None = None
    for place, (turn, text, message) in enumerate(zip(transcript.turns, texts, messages, strict=True)):
        asked = _asked(asked, turn, text)
        if turn.speaker != "customer":
            continue
        understood = reader.read(text, asked, await queries.fields(session, draft))
        await leave_out_wrong_papers(session, draft, understood, asked)
        unclear = turn.confidence is not None and turn.confidence < CLEAR
        if unclear:
            understood.values = {name: _doubtful(value) for name, value in understood.values.items()}
            understood.corrected = {name: _doubtful(value) for name, value in understood.corrected.items()}
        source = Source(message.id, place, turn.start_ms, turn.end_ms, turn.confidence)
        await take(session, draft, understood, source, asked)
        asked = None
    await _caller(session, conversation, draft, transcript)


def _doubtful(value: Value) -> Value:
    return Value(value.value, value.display, FieldState.TO_CONFIRM)


async def _caller(session: AsyncSession, conversation: Conversation, draft: Draft, transcript: Transcript) -> None:
    """The number that called is a guess at the contact number, to be confirmed."""
    if not transcript.caller or Field.PHONE in await queries.fields(session, draft):
        return
    protected = await customers.protect(session, conversation.id, transcript.caller, asked="field.phone")
    value = Reader([], transcript.started_at).facts.value(Field.PHONE, protected.text)
    if value is not None:
        session.add(
            DraftField(
                draft_id=draft.id,
                name=Field.PHONE,
                value=value.value,
                display=value.display,
                state=FieldState.TO_CONFIRM,
                turn=0,
                confidence=0.5,
                place=100,
            )
        )
        await session.flush()
