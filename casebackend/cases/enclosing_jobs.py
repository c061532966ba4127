"""What follows for the files of a case from what happens to it, and from what a scanner finds."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments.holds import is_held
from casebackend.attachments.model import Attachment
from casebackend.attachments.rules import Origin, Scan
from casebackend.cases import enclosing, filing
from casebackend.cases.model import Case
from casebackend.cases.rules import TERMINAL, Status
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import CARRIED_BY_US
from casebackend.drafts import queries as drafts
from casebackend.notices.model import Notice
from casebackend.notices.service import Word, notify
from casebackend.staff.model import User
from casebackend.timeline.rules import Kind as Entry


async def on_filed(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """What the customer sent while telling, and the recording of the call, belong to the case that came of it."""
    case_id = UUID(payload["case_id"])
    waiting = await session.scalars(
        select(Attachment)
        .join(Case, Case.conversation_id == Attachment.conversation_id)
        .where(Case.id == case_id, Attachment.case_id.is_(None))
    )
    await adopt(session, case_id, waiting.all(), now)


async def on_kept(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """What a customer sends later belongs to the newest case of the conversation that is still open; while a new
    complaint is being taken down it waits for that one."""
    attachment = await session.get_one(Attachment, UUID(payload["attachment_id"]))
    if attachment.case_id is not None or attachment.conversation_id is None:
        return
    conversation = await session.get_one(Conversation, attachment.conversation_id)
    joined = await _joined(session, attachment)
    if joined is not None:
        await adopt(session, joined, [attachment], now)
        return
    query = select(Case).where(Case.conversation_id == conversation.id).order_by(Case.filed_at.desc(), Case.id)
    newest = await session.scalar(query.limit(1))
    if newest is not None and not conversation.has_draft and Status(newest.status) not in TERMINAL:
        await adopt(session, newest.id, [attachment], now)


async def _joined(session: AsyncSession, attachment: Attachment) -> UUID | None:
    """It was sent while a complaint was told that went to an earlier one, and only fetched afterwards."""
    message = await session.get(Message, attachment.message_id) if attachment.message_id is not None else None
    if message is None:
        return None
    draft = await drafts.joined(session, message.conversation_id, message.at)
    number = draft.likeness_result["case"]["number"] if draft is not None and draft.likeness_result else None
    case_id: UUID | None = await session.scalar(select(Case.id).where(Case.number == number)) if number else None
    return case_id


async def adopt(session: AsyncSession, case_id: UUID, waiting: Sequence[Attachment], now: datetime) -> None:
    if not waiting:
        return
    case = await session.get_one(Case, case_id)
    for each in waiting:
        # From now on it is kept as long as the case, whatever end it had as a file of a talk.
        held = await is_held(session, case.id, each.conversation_id)
        each.case_id, each.legal_hold, each.retain_until = case.id, held, None
        await session.flush()
        by = filing.CUSTOMER if each.origin == Origin.CUSTOMER else filing.SYSTEM
        await enclosing.note(session, case, Entry.ATTACHMENT_ADDED, by, each, now)
        if each.scan == Scan.INFECTED:
            await _told(session, case, each, now)


async def on_infected(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever sent it in and whoever has the case are told; the customer is asked for it again where our words reach
    him. Of what belongs to no case yet its handler hears when it does."""
    attachment = await session.get_one(Attachment, UUID(payload["attachment_id"]))
    if attachment.case_id is not None:
        await _told(session, await session.get_one(Case, attachment.case_id), attachment, now)
    conversation = await _where_to_ask(session, attachment)
    if conversation is not None:
        await conversations.say_words(session, conversation, "attachment_infected", now, name=attachment.name)


async def _where_to_ask(session: AsyncSession, attachment: Attachment) -> Conversation | None:
    if attachment.origin != Origin.CUSTOMER or attachment.conversation_id is None or attachment.removed_at is not None:
        return None
    conversation = await session.get(Conversation, attachment.conversation_id)
    return conversation if conversation is not None and conversation.channel in CARRIED_BY_US else None


async def _told(session: AsyncSession, case: Case, attachment: Attachment, now: datetime) -> None:
    cause = f"infected:{attachment.id}"
    if await session.scalar(select(Notice.id).where(Notice.cause == cause).limit(1)) is not None:
        return
    wanted = {attachment.added_by, case.handler_id or case.assignee_id} - {None}
    to = [user for identity in wanted if (user := await session.get(User, identity)) is not None]
    template = "staff_infected" if await _where_to_ask(session, attachment) is None else "staff_infected_asked"
    link = f"/cases/{case.number}#attachments"
    word = Word(cause, Entry.ATTACHMENT_INFECTED, template, {"number": case.number}, link, case.id)
    await notify(session, word, to=to, unit_id=case.handling_unit_id or case.unit_id, now=now)
    await enclosing.note(session, case, Entry.ATTACHMENT_INFECTED, filing.SYSTEM, attachment, now)
