"""In a talk with a person nobody is left alone: the customer hears that it goes on, the lead hears that it does not.

Only words and the hand-over change here; a complaint is never touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import of_user
from casebackend.cases.placing import is_head_office
from casebackend.cases.queries import sees_conversation
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import CARRIED_BY_US, Author, Owner
from casebackend.handoffs.model import TalkNudge
from casebackend.handoffs.rules import Nudge, silent_nudge, waiting_nudge
from casebackend.notices.service import Word, notify
from casebackend.notices.thresholds import Thresholds, in_force
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.staff.rules import Role

TEXTS = {Nudge.WAITING: "talk_please_wait", Nudge.SILENT: "talk_still_there"}


@dataclass(frozen=True, slots=True)
class Due:
    """`seq`: the last words of the side that has spoken, which is what makes it come once."""

    conversation_id: UUID
    kind: Nudge
    seq: int


async def due(session: AsyncSession, *, now: datetime) -> Sequence[Due]:
    limits = await in_force(session, now)
    held = await session.scalars(
        select(Conversation).where(Conversation.owner == Owner.PERSON, Conversation.channel.in_(CARRIED_BY_US))
    )
    found = [await _due(session, conversation, limits, now) for conversation in held.all()]
    return [each for each in found if each is not None]


async def _due(session: AsyncSession, conversation: Conversation, limits: Thresholds, now: datetime) -> Due | None:
    spoken = await _spoken(session, conversation.id)
    answered = max(spoken[author][0] if author in spoken else 0 for author in (Author.AGENT, Author.BOT))
    if Author.CUSTOMER in spoken and spoken[Author.CUSTOMER][0] > answered:
        since = await _waits_since(session, conversation.id, answered)
        told_at = await _told_at(session, conversation.id, Nudge.WAITING, answered)
        kind = waiting_nudge(since, told_at, now, wait=limits.minutes("talk.wait_minutes"))
        return Due(conversation.id, kind, answered) if kind else None
    if Author.AGENT not in spoken or spoken[Author.AGENT][0] < answered:
        return None
    told_at = await _told_at(session, conversation.id, Nudge.SILENT, answered)
    silent, give_back = limits.minutes("talk.silent_minutes"), limits.minutes("talk.return_minutes")
    kind = silent_nudge(spoken[Author.AGENT][1], told_at, now, silent=silent, give_back=give_back)
    return Due(conversation.id, kind, answered) if kind else None


async def _spoken(session: AsyncSession, conversation_id: UUID) -> dict[str, tuple[int, datetime]]:
    """Of each author the last words: number and time."""
    rows = await session.execute(
        select(Message.author, func.max(Message.seq), func.max(Message.at))
        .where(Message.conversation_id == conversation_id)
        .group_by(Message.author)
    )
    return {author: (seq, at) for author, seq, at in rows}


async def _waits_since(session: AsyncSession, conversation_id: UUID, answered: int) -> datetime:
    """The first unanswered words; whoever has taken over since then gets the time too."""
    after = [Message.conversation_id == conversation_id, Message.seq > answered]
    first = await session.scalar(select(func.min(Message.at)).where(*after, Message.author == Author.CUSTOMER))
    joined = await session.scalar(select(func.max(Message.at)).where(*after, Message.author == Author.SYSTEM))
    return max(each for each in (first, joined) if each is not None)


async def _told_at(session: AsyncSession, conversation_id: UUID, kind: Nudge, seq: int) -> datetime | None:
    told = await session.get(TalkNudge, (conversation_id, kind, seq))
    return told.at if told else None


async def nudge(session: AsyncSession, due: Due, *, now: datetime) -> None:
    """What was found is looked for again: somebody may have spoken since."""
    conversation = await conversations.hold(session, due.conversation_id)
    limits = await in_force(session, now)
    if conversation.owner != Owner.PERSON or await _due(session, conversation, limits, now) != due:
        return
    session.add(TalkNudge(conversation_id=conversation.id, kind=due.kind, seq=due.seq, at=now))
    await session.flush()
    if due.kind is Nudge.RETURN:
        await conversations.give_back(session, conversation, now)
        return
    await conversations.say_words(session, conversation, TEXTS[due.kind], now)
    if due.kind is Nudge.WAITING:
        await _tell_lead(session, conversation, due, now)


async def leads(session: AsyncSession, conversation_id: UUID) -> list[User]:
    """Those who may look into the talk; where none may, those of head office."""
    everybody = await staff.with_role(session, Role.TEAM_LEAD)
    seeing = [lead for lead in everybody if await sees_conversation(session, of_user(lead), conversation_id)]
    return seeing or [lead for lead in everybody if await is_head_office(session, lead.organisation_id)]


async def _tell_lead(session: AsyncSession, conversation: Conversation, due: Due, now: datetime) -> None:
    agent = await session.get(User, conversation.owner_user_id) if conversation.owner_user_id else None
    everybody = await leads(session, conversation.id)
    near = [lead for lead in everybody if agent is not None and lead.organisation_id == agent.organisation_id]
    limits = await in_force(session, now)
    word = Word(
        cause=f"talk.waiting:{conversation.id}:{due.seq}",
        kind="talk.waiting",
        template="staff_talk_waiting",
        values={"minutes": limits.number("talk.wait_minutes"), "handler": conversation.owner_name or "—"},
        link=f"/conversations/{conversation.id}",
    )
    unit_id = agent.organisation_id if agent is not None else None
    await notify(session, word, to=near or everybody, unit_id=unit_id, now=now)
