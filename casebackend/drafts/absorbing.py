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
from casebackend.database import announce
from casebackend.drafts import consent, guessing, lines, misses, plaints, queries, reopening, stepping
from casebackend.drafts.beginning import anew, begun
from casebackend.drafts.errors import ForeignMessage, NoDraft
from casebackend.drafts.lines import Edit
from casebackend.drafts.model import Draft
from casebackend.drafts.noting import ASKED, OPEN, doubts, note, put_right
from casebackend.drafts.reading import read
from casebackend.drafts.rules import COMPLAINT, offered
from casebackend.drafts.service import open_draft
from casebackend.drafts.values import Meant
from casebackend.drafts.wishes import Wish, wish

OF_THE_STORY = frozenset({"field.facts", "field.demand"})


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
    session: AsyncSession,
    conversation_id: UUID,
    message_id: UUID,
    *,
    now: datetime,
    matter: str = COMPLAINT,
    meant: Meant | None = None,
) -> Absorbed:
    """`matter`: what a draft that this message begins was taken for."""
    conversation = await conversations.hold(session, conversation_id)
    message = await _message(session, conversation_id, message_id)
    draft = await open_draft(session, conversation_id)
    if draft is not None and draft.last_message_id == message.id:
        return await _absorbed(session, draft, draft.last_result)
    matter, wants = plaints.judged(matter, message.text, message.stirred), wish(message.text)
    asked = await _asked(session, conversation, message)
    waits = asked == Asked.CONFIRM and meant is not Meant.STEP_BACK
    if wants is None and waits and consent.hold(message.text) is consent.Hold.WAITS:
        wants = Wish.WAIT
    if wants is None and draft is not None and await stepping.passes(session, draft, message.text):
        wants = Wish.KEEP
    away = draft is not None and message.at - draft.touched_at >= queries.AWAY
    resumed = await reopening.other(session, draft, message.text, wants, now) if draft is not None else None
    if draft is not None and resumed is not None:
        draft = await reopening.exchange(session, conversation, draft, resumed, now)
    started, noted = draft is None, []
    if draft is None:
        first = await guessing.told_before(session, message, asked, now)
        draft, started = await _begun(session, conversation, message, wants, now, matter, first=first)
        noted = await guessing.take_up(session, draft, first, now) if started and first is not None else []
    if (media := wordless(message.text)) is not None:
        return await _kept(session, draft, message, media, started=started, now=now)
    if wants is Wish.RESTART and await queries.fields(session, draft):
        draft = await anew(session, conversation, draft, message, now)
    told = await _danger(session, conversation, draft, message)
    if wants is None:
        about = _about(asked, beside_danger=told["danger"] is not None)
        done = await _told(session, draft, message, about, away=away, now=now, meant=meant)
    else:
        done = await _wished(session, draft, wants)
    done |= {"noted": [*noted, *done.get("noted", ())]}
    done |= await _doubt(session, draft, message, done)
    left = (draft.last_result or {}).get("left")
    result = {"started": started, "away": away, "resumed": resumed is not None, "left": left, **done, **told}
    draft.last_message_id, draft.last_result, draft.touched_at = message.id, result, now
    await session.flush()
    announce(session, "console")
    return await _absorbed(session, draft, result)


def _about(asked: str | None, *, beside_danger: bool) -> str | None:
    """What a message is read as the answer to. Who tells of a danger answers nothing: its amount and its day are not
    those of the complaint in hand, and it goes into the story."""
    return None if beside_danger and asked not in OF_THE_STORY else asked


async def _told(
    session: AsyncSession,
    draft: Draft,
    message: Message,
    asked: str | None,
    *,
    away: bool,
    now: datetime,
    meant: Meant | None,
) -> dict[str, Any]:
    edit = lines.read(message.text, asked) if draft.matter_type == COMPLAINT else None
    if edit is not None:
        return await _edited(session, draft, edit)
    done = await read(session, draft, message, "correction" if lines.asked_for(asked) else asked, now, meant=meant)
    noted, papers = note(draft, message.text)
    done |= {"noted": noted, "papers": papers}
    if noted and not done["understood"]:
        done |= {"understood": True, "failures": misses.forgive(draft, asked)}
    if away and not done["understood"]:
        done["failures"] = misses.forgive(draft, asked)
    return done


async def _doubt(session: AsyncSession, draft: Draft, message: Message, done: dict[str, Any]) -> dict[str, Any]:
    """For whom it is, where that was left open: asked once, before the read-back."""
    doubt = doubts(draft, message.text)
    if doubt != OPEN or queries.missing(draft, await queries.fields(session, draft)) or done.get("wish") is not None:
        return {"doubt": doubt}
    return {"doubt": ASKED, "line": done.get("line") or lines.Line.CAPACITY}


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


async def _kept(
    session: AsyncSession, draft: Draft, message: Message, media: str, *, started: bool, now: datetime
) -> Absorbed:
    """A picture, or a voice that was not turned into words: no miss, and no answer either."""
    result = {"started": started, "changed": [], "understood": True, "failures": 0, "choices": [], "media": media}
    last = draft.last_result or {}
    result |= {name: last[name] for name in ("opened", "warned", "told", "left", "doubt") if name in last}
    draft.last_message_id, draft.last_result, draft.touched_at = message.id, result, now
    await session.flush()
    announce(session, "console")
    return await _absorbed(session, draft, result)


async def _absorbed(session: AsyncSession, draft: Draft, result: dict[str, Any]) -> Absorbed:
    shown = {name: value for name, value in result.items() if name in Absorbed.model_fields}
    shown["choices"] = offered(result["choices"])
    shown["warned"] = bool(result.get("warned_before"))
    shown["left"] = bool(result.get("started") and result.get("left"))
    return Absorbed.model_validate({"draft": await queries.view(session, draft), **shown})


async def _begun(
    session: AsyncSession,
    conversation: Conversation,
    message: Message,
    wants: Wish | None,
    now: datetime,
    matter: str,
    *,
    first: Message | None,
) -> tuple[Draft, bool]:
    """The draft of a message where none is open, and whether it is a new one. `first`: where the story was told."""
    left = await queries.recoverable(session, conversation.id, now)
    if left is not None and await reopening.goes_on(session, left, message, wants, matter=matter, now=now):
        return await reopening.reopen(session, conversation, left, now), False
    if wants is not None:
        raise NoDraft
    beside = left if left is not None and left.matter_type == matter else None
    draft = await begun(session, conversation, first or message, now, left=beside)
    draft.matter_type = matter
    return draft, True
