"""What one message does to the draft of its conversation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.drafts import Absorbed
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Conversation, Message, Turn
from casebackend.conversations.queries import dangers_told
from casebackend.conversations.rules import IN_DANGER, Asked, Author, TurnState, wordless
from casebackend.customers import service as customers
from casebackend.customers.numbers import looks_like_id, right_id
from casebackend.database import announce
from casebackend.drafts import consent, lines, opinions, queries, stepping
from casebackend.drafts.beginning import anew, begun
from casebackend.drafts.errors import ForeignMessage, NoDraft
from casebackend.drafts.extraction import Reader
from casebackend.drafts.lines import Edit
from casebackend.drafts.model import Draft
from casebackend.drafts.noting import note, put_right
from casebackend.drafts.rules import COMPLAINT, DraftState, Field, FieldState, offered
from casebackend.drafts.service import Source, open_draft, take
from casebackend.drafts.values import Understood, unit_value
from casebackend.drafts.wishes import Wish, wish
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


async def absorb(
    session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime, matter: str = COMPLAINT
) -> Absorbed:
    """`matter`: what a draft that this message begins is."""
    conversation = await conversations.hold(session, conversation_id)
    message = await _message(session, conversation_id, message_id)
    draft = await open_draft(session, conversation_id)
    if draft is not None and draft.last_message_id == message.id:
        return await _absorbed(session, draft, draft.last_result)
    wants = wish(message.text)
    asked = await _asked(session, conversation, message)
    if wants is None and asked == Asked.CONFIRM and consent.hold(message.text) is consent.Hold.WAITS:
        wants = Wish.WAIT
    away = draft is not None and message.at - draft.touched_at >= queries.AWAY
    draft = draft or await _reopened(session, conversation, now, matter)
    started = draft is None
    if draft is None:
        if wants is not None:
            raise NoDraft
        draft = await begun(session, conversation, message, now)
        draft.matter_type = matter
    if (media := wordless(message.text)) is not None:
        return await _kept(session, draft, message, media, started=started, now=now)
    if wants is Wish.RESTART and await queries.fields(session, draft):
        draft = await anew(session, conversation, draft, message, now)
    told = await _danger(session, conversation, draft, message)
    if wants is None:
        done = await _told(session, draft, message, asked, away=away, now=now)
    else:
        done = await _wished(session, draft, wants)
    result = {"started": started, "away": away, **done, **told}
    draft.last_message_id, draft.last_result, draft.touched_at = message.id, result, now
    await session.flush()
    announce(session, "console")
    return await _absorbed(session, draft, result)


async def _told(
    session: AsyncSession, draft: Draft, message: Message, asked: str | None, *, away: bool, now: datetime
) -> dict[str, Any]:
    edit = lines.read(message.text, asked) if draft.matter_type == COMPLAINT else None
    if edit is not None:
        return await _edited(session, draft, edit)
    done = await _read(session, draft, message, "correction" if lines.asked_for(asked) else asked, now)
    noted, papers = note(draft, message.text)
    done |= {"noted": noted, "papers": papers}
    if noted and not done["understood"]:
        done |= {"understood": True, "failures": _forgive(draft, asked)}
    if away and not done["understood"]:
        done["failures"] = _forgive(draft, asked)
    return done


async def _danger(session: AsyncSession, conversation: Conversation, draft: Draft, message: Message) -> dict[str, Any]:
    """`warned`: the safety step has been said before this message, so the form may go on. `told`: of which kinds; of
    another kind it is told anew."""
    last = draft.last_result or {}
    before = bool(last.get("warned"))
    danger = message.danger
    told: set[str] = set()
    if before:
        told = {*last.get("told", ()), *await dangers_told(session, conversation, message)}
    fresh = danger if danger not in told else None
    warned = before or fresh is not None or conversation.handoff_reason in IN_DANGER
    known = sorted(told | {fresh} if fresh is not None else told)
    return {"danger": fresh, "warned": warned, "warned_before": before and fresh is None, "told": known}


def _forgive(draft: Draft, asked: str | None) -> int:
    """No miss after all: who comes back after hours need not know what was asked, and news of the person is news."""
    if asked in draft.failures:
        draft.failures = {**draft.failures, asked: max(0, int(draft.failures[asked]) - 1)}
    return 0


async def _wished(session: AsyncSession, draft: Draft, wants: Wish) -> dict[str, Any]:
    """Nothing to read: the form itself is meant. No miss."""
    opened = stepping.still_open(draft, await queries.fields(session, draft))
    if wants is Wish.KEEP:
        await stepping.close(session, draft)
        opened = None
    return {"changed": [], "understood": True, "failures": 0, "choices": [], "opened": opened, "wish": wants}


async def _edited(session: AsyncSession, draft: Draft, edit: Edit) -> dict[str, Any]:
    """A line of the read-back that is no field of the form."""
    opened = stepping.still_open(draft, await queries.fields(session, draft))
    done: dict[str, Any] = {"changed": [], "understood": True, "failures": 0, "choices": [], "opened": opened}
    if edit.asks:
        return done | {"line": edit.line}
    put_right(draft, edit)
    return done | {"edited": [lines.LABELS[edit.line]]}


async def _read(
    session: AsyncSession, draft: Draft, message: Message, asked: str | None, now: datetime
) -> dict[str, Any]:
    reader = Reader(await all_names(session), now)
    candidates = await _candidates(session, draft, reader)
    held = await queries.fields(session, draft)
    opened = stepping.still_open(draft, held)
    understood = reader.read(message.text, asked, held)
    turned = opinions.read(draft, understood, message.text, asked)
    _chosen(reader, understood, asked, candidates, message.text)
    await leave_out_wrong_papers(session, draft, understood, asked)
    if understood.back:
        changed, opened = await stepping.step_back(session, draft, asked)
    elif understood.wrong is not None:
        changed, opened = await stepping.reopen(session, draft, understood.wrong, alone=True)
    else:
        changed = await take(session, draft, understood, Source(message.id), asked)
        if opened is not None and opened["name"] in changed:
            opened = None
    return {
        "changed": changed,
        "understood": understood.answered or bool(changed),
        "failures": _failures(draft, asked, understood, changed),
        "choices": await _choices(session, draft, understood, candidates),
        "opened": opened,
        "turned": turned,
    }


async def _kept(
    session: AsyncSession, draft: Draft, message: Message, media: str, *, started: bool, now: datetime
) -> Absorbed:
    """A picture, or a voice that was not turned into words: no miss, and no answer either."""
    result = {"started": started, "changed": [], "understood": True, "failures": 0, "choices": [], "media": media}
    last = draft.last_result or {}
    result |= {name: last[name] for name in ("opened", "warned", "told") if name in last}
    draft.last_message_id, draft.last_result, draft.touched_at = message.id, result, now
    await session.flush()
    announce(session, "console")
    return await _absorbed(session, draft, result)


async def _candidates(session: AsyncSession, draft: Draft, reader: Reader) -> list[str]:
    """Units of one name, of which the customer has not said which."""
    held = stepping.settled(await queries.fields(session, draft))
    if Field.UNIT in held:
        return []
    last = draft.last_result or {}
    offered = list(last.get("choices", [])) if last.get("wish") is None else []
    story = held.get(Field.FACTS)
    named = reader.places.candidates(story.value) if story is not None else []
    return offered or [unit.name for unit in named]


def _chosen(reader: Reader, understood: Understood, asked: str | None, candidates: list[str], text: str) -> None:
    if asked != "field.unit" or not candidates or understood.answered:
        return
    unit = reader.places.one_of(candidates, text)
    if unit is not None:
        understood.values[Field.UNIT], understood.units, understood.answered = unit_value(unit), [], True
    elif 1 < len(left := reader.places.left_of(candidates, text)) < len(candidates):
        understood.units, understood.answered = left, True


async def _choices(session: AsyncSession, draft: Draft, understood: Understood, candidates: list[str]) -> list[str]:
    """Offered as long as the unit is the question."""
    held = stepping.settled(await queries.fields(session, draft))
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
    shown = {name: value for name, value in result.items() if name in Absorbed.model_fields}
    shown["choices"] = offered(result["choices"])
    warned = bool(result.get("warned_before"))
    return Absorbed.model_validate({"draft": await queries.view(session, draft), **shown, "warned": warned})


async def _reopened(session: AsyncSession, conversation: Conversation, now: datetime, matter: str) -> Draft | None:
    """One of another kind is left where it is."""
    draft = await queries.recoverable(session, conversation.id, now)
    if draft is not None and draft.matter_type != matter:
        return None
    if draft is not None:
        draft.state, draft.cancelled_at, draft.touched_at = DraftState.OPEN, None, now
        conversation.has_draft = True
        await session.flush()
    return draft
