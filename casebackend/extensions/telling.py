"""The customer is told of a new day: over our own channel, or by the handler, who is told to."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.conversations import Reply
from casebackend.cases.model import Case
from casebackend.conversations import service as conversations
from casebackend.conversations.rules import CARRIED_BY_US, Author
from casebackend.extensions.model import Extension, Material
from casebackend.notices.service import Word, notify
from casebackend.notifications.words import words
from casebackend.staff.model import User
from casebackend.staff.queries import leaders_of

BY_CHANNEL, BY_STAFF = "by_channel", "by_staff"


async def of_extension(session: AsyncSession, case: Case, extension: Extension, *, now: datetime) -> str:
    day = extension.new_due_on
    text = words(f"case_extended_{extension.level}", number=case.number, day=f"{day.year}年{day.month}月{day.day}日")
    told = await _say(session, case, text, f"extension:{extension.id}", now=now)
    extension.notified_at = now if told == BY_CHANNEL else None
    return told


async def of_restart(session: AsyncSession, case: Case, material: Material, *, now: datetime) -> str:
    day = case.promised_on
    assert day is not None
    text = words("case_restarted", number=case.number, day=f"{day.year}年{day.month}月{day.day}日")
    return await _say(session, case, text, f"material:{material.id}", now=now)


async def _say(session: AsyncSession, case: Case, text: str, cause: str, *, now: datetime) -> str:
    if case.channel in CARRIED_BY_US:
        replies = [Reply(text=text)]
        await conversations.say(session, case.conversation_id, author=Author.SYSTEM, replies=replies, now=now)
        return BY_CHANNEL
    handler = await session.get(User, case.handler_id) if case.handler_id else None
    unit_id = case.handling_unit_id or case.unit_id
    values = {"number": case.number, "day": case.promised_on.isoformat() if case.promised_on else ""}
    word = Word(cause, "extension.tell", "staff_tell_new_day", values, f"/cases/{case.number}", case_id=case.id)
    to = [handler] if handler else await leaders_of(session, unit_id)
    await notify(session, word, to=to, unit_id=unit_id, now=now)
    return BY_STAFF
