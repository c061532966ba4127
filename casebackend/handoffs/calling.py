"""When a customer wants to be called who waits for a person: asked, kept beside what was promised, changed by saying it
again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import CallbackOutcome
from casebackend.calendar.queries import calendar_around
from casebackend.calendar.rules import local_date
from casebackend.cases.own import message_of
from casebackend.conversations import promising
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Conversation
from casebackend.conversations.rules import FRONT, Owner
from casebackend.database import announce
from casebackend.handoffs.wishes import Said, Service, Window, offered, read, told
from casebackend.notices.thresholds import in_force


async def _service(session: AsyncSession, now: datetime) -> Service:
    limits = await in_force(session, now)
    calendar = await calendar_around(session, local_date(now))
    return Service(calendar, now, limits.number("talk.callback_days"))


async def times(session: AsyncSession, conversation: Conversation, *, now: datetime) -> list[str]:
    """What is offered; nothing to whom nobody should ask such a question now."""
    return [] if conversation.handoff_reason in FRONT else offered(await _service(session, now))


async def answer(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime) -> CallbackOutcome:
    message = await message_of(session, conversation_id, message_id)
    conversation = await conversations.hold(session, conversation_id)
    if conversation.owner != Owner.QUEUED:
        return CallbackOutcome(outcome="other")
    service = await _service(session, now)
    said = read(message.text, service)
    if isinstance(said, Window):
        return await _kept(session, conversation, said)
    if said is Said.OPEN and conversation.callback_by is not None:
        conversation.wanted_from = conversation.wanted_until = None
        announce(session, "console")
        return CallbackOutcome(outcome="default", when=promising.said(conversation.callback_by))
    if said is Said.OUTSIDE:
        return CallbackOutcome(outcome="outside", times=offered(service))
    if said is Said.UNCLEAR:
        return CallbackOutcome(outcome="unclear", times=offered(service))
    return CallbackOutcome(outcome="other")


async def _kept(session: AsyncSession, conversation: Conversation, wanted: Window) -> CallbackOutcome:
    """Who is not promised anything yet, because colleagues are there, is now waited for until then."""
    conversation.wanted_from, conversation.wanted_until = wanted.begin, wanted.until
    conversation.callback_by = conversation.callback_by or wanted.until
    await session.flush()
    announce(session, "console")
    return CallbackOutcome(outcome="kept", when=told(wanted))


def due_by(conversation: Conversation) -> datetime | None:
    return conversation.wanted_until or conversation.callback_by


def shown(conversation: Conversation) -> str | None:
    """In words, for who looks at the queue."""
    if conversation.wanted_from is None or conversation.wanted_until is None:
        return None
    return told(Window(conversation.wanted_from, conversation.wanted_until))
