"""What was said in conversations of which no case came: it goes day by day, so many years after it was said.

Nobody has to decide about each: the period is the bank's dated row. What is around a complaint stays with the
complaint, and a legal hold on any case or conversation of the same person keeps what he said elsewhere."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments.model import Attachment
from casebackend.audit import service as audit
from casebackend.calendar.rules import SHANGHAI, local_date
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.conversations.model import Conversation, Delivery, Message
from casebackend.conversations.rules import Owner
from casebackend.conversations.service import hold
from casebackend.customers.model import ChannelIdentity, PersonalValue
from casebackend.customers.rules import TOKEN
from casebackend.drafts.model import CallTranscript, Draft, DraftField
from casebackend.drafts.rules import DraftState
from casebackend.gaps.model import Gap
from casebackend.retention import holding, queries, service
from casebackend.retention.model import LegalHold, Redaction, TalkEnd, TalkHold
from casebackend.retention.redacting import GONE, forget_customers, set_all
from casebackend.retention.rules import TALK_TEXT, first_kept, policy_for

log = structlog.get_logger()

AT_ONCE = 20


async def end_words(session: AsyncSession, *, now: datetime) -> int:
    """The next conversations with words past their time; how many. What is gone is not found again."""
    today = local_date(now)
    policy = policy_for(await queries.policies(session), TALK_TEXT, today)
    first = first_kept(today, policy.years)
    order = Conversation.opened_at, Conversation.id
    found = (await session.scalars(select(Conversation.id).where(_due(first)).order_by(*order).limit(AT_ONCE))).all()
    if not found:
        return 0
    if session.get_bind().dialect.name == "sqlite":  # what is freed is overwritten, not only forgotten
        await session.execute(text("PRAGMA secure_delete=ON"))
    messages = 0
    for identity in found:
        talk = await hold(session, identity)
        if await session.scalar(select(Conversation.id).where(Conversation.id == identity, _due(first))) is not None:
            messages += await _end(session, talk, first, now)
    log.info("retention.words_ended", count=messages)
    detail = {"talks": len(found), "messages": messages, "years": policy.years}
    await audit.record(
        session, chain=service.CHAIN, event="retention.words_ended", actor=SYSTEM.actor, object="conversations",
        now=now, detail=detail,
    )  # fmt: skip
    return len(found)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _due(first: date) -> ColumnElement[bool]:
    """With words from before that day, in no case that stands, no complaint being taken down, and under no hold."""
    kept = Case.id.not_in(select(Redaction.case_id))
    held = LegalHold.case_id == Case.id, LegalHold.lifted_at.is_(None)
    known = and_(ChannelIdentity.channel == Conversation.channel, ChannelIdentity.sender == Conversation.sender)
    looked = exists().where(
        TalkEnd.conversation_id == Conversation.id, or_(TalkEnd.next_on.is_(None), TalkEnd.next_on >= first)
    )
    writing = exists().where(
        Draft.conversation_id == Conversation.id, Draft.state == DraftState.OPEN, Draft.touched_at >= _start(first)
    )
    same = or_(
        Case.customer_id == Conversation.customer_id,
        Case.customer_id.in_(select(ChannelIdentity.customer_id).where(known)),
    )
    return and_(
        Conversation.opened_at < _start(first),
        ~looked,
        ~exists().where(Case.conversation_id == Conversation.id, kept),
        ~writing,
        ~exists().where(Case.customer_id.is_not(None), same, *held),
        ~holding.kept(),
        ~exists().where(Attachment.conversation_id == Conversation.id, Attachment.legal_hold),
    )


async def _end(session: AsyncSession, talk: Conversation, first: date, now: datetime) -> int:
    before = _start(first)
    old = Message.conversation_id == talk.id, Message.at < before
    messages = list(await session.scalars(select(Message.id).where(*old, Message.text != GONE)))
    await set_all(session, Message, and_(*old), text=GONE, original_enc=None, media=[], choices=[], answer_digest=None)
    await set_all(
        session, Gap, Gap.message_id.in_(select(Message.id).where(*old)), conversation_id=None, message_id=None
    )
    await _drafts(session, talk, before, now)
    past = CallTranscript.conversation_id == talk.id, CallTranscript.received_at < before
    await set_all(session, CallTranscript, and_(*past), turns={}, recording_url=None)
    await _values(session, talk.id)
    left = select(func.min(Message.at)).where(Message.conversation_id == talk.id, Message.at >= before)
    oldest = await session.scalar(left)
    quiet = oldest is None and talk.owner == Owner.BOT and talk.queued_at is None
    if quiet:
        await _nobody(session, talk)
    end = await session.get(TalkEnd, talk.id) or TalkEnd(conversation_id=talk.id)
    end.gone_before, end.at = first, now
    end.next_on = None if quiet else local_date(oldest) if oldest is not None else first
    session.add(end)
    await session.flush()
    if quiet and talk.customer_id is not None:
        await forget_customers(session, {talk.customer_id}, now)
    return len(messages)


async def _drafts(session: AsyncSession, talk: Conversation, before: datetime, now: datetime) -> None:
    """A complaint that nobody touched for so long is given up with its words."""
    old = (
        await session.scalars(select(Draft).where(Draft.conversation_id == talk.id, Draft.touched_at < before))
    ).all()
    for draft in old:
        if draft.state == DraftState.OPEN:
            draft.state, draft.cancelled_at, talk.has_draft = DraftState.CANCELLED, now, False
        draft.last_result, draft.failures, draft.likeness_result = {}, {}, None
    await session.flush()
    await set_all(session, DraftField, DraftField.draft_id.in_([each.id for each in old]), value=GONE, display=GONE)


async def _values(session: AsyncSession, conversation_id: UUID) -> None:
    """What a token stands for goes with the last words that name it."""
    fields = select(DraftField.value).join(Draft).where(Draft.conversation_id == conversation_id)
    words: Sequence[str] = [
        *await session.scalars(select(Message.text).where(Message.conversation_id == conversation_id)),
        *await session.scalars(fields),
        *map(
            str,
            await session.scalars(
                select(CallTranscript.turns).where(CallTranscript.conversation_id == conversation_id)
            ),
        ),
    ]
    named = {match.group() for each in words for match in TOKEN.finditer(each)}
    held = await session.scalars(select(PersonalValue).where(PersonalValue.conversation_id == conversation_id))
    gone = [value.id for value in held if value.token not in named]
    await session.execute(delete(PersonalValue).where(PersonalValue.id.in_(gone)))


async def _nobody(session: AsyncSession, talk: Conversation) -> None:
    """Nothing is left of the words; who said them goes too. Whoever comes back begins a new conversation."""
    await set_all(session, Delivery, Delivery.conversation_id == talk.id, receiver="gone")
    files = Attachment.conversation_id == talk.id, Attachment.case_id.is_(None), Attachment.purged_at.is_not(None)
    await set_all(session, Attachment, and_(*files), name=GONE)
    mine = TalkHold.conversation_id == talk.id
    await set_all(session, TalkHold, mine, reason=GONE)
    await set_all(session, TalkHold, and_(mine, TalkHold.lift_reason.is_not(None)), lift_reason=GONE)
    talk.sender, talk.asked, talk.choices = f"gone:{talk.id}", None, []
    await session.flush()
