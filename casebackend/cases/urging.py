"""The customer urges (SL-06): counted, at most so often, and what was said along with it is kept for whoever has it."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.own import UrgeOutcome
from casebackend.cases import answers, own, reach, seconds
from casebackend.cases.fields import protected
from casebackend.cases.filing import CUSTOMER, noted, written
from casebackend.cases.model import Case
from casebackend.cases.rules import IN_PROCESS, Status
from casebackend.cases.service import hold
from casebackend.cases.words import NUMBERING, TS, numbers_in
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Author
from casebackend.customers import service as customers
from casebackend.identity.rules import Action
from casebackend.notices.thresholds import in_force
from casebackend.outbox import service as outbox
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import Kind

OFFERS_LOOKED_AT = 10


async def urge(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime) -> UrgeOutcome:
    message = await own.message_of(session, conversation_id, message_id)
    found = await reach.meant(session, message, Action.URGE, now=now)
    if found.closed is not None:
        return UrgeOutcome(outcome=found.closed, case=None, cases=[])
    cases = await reach.going_on(session, found.cases)
    open_cases = [case for case in cases if Status(case.status) in IN_PROCESS]
    if not cases or (not open_cases and Status(cases[0].status) is Status.DRAFT):
        return UrgeOutcome(outcome="none", case=None, cases=[])
    if not open_cases:
        return UrgeOutcome(
            outcome="closed",
            case=await own.brief(session, cases[0]),
            cases=[],
            second_offered=await seconds.offered(session, cases[0]),
        )
    if len(open_cases) > 1:
        return UrgeOutcome(outcome="choose", case=None, cases=await own.briefs(session, open_cases))
    case = await hold(session, open_cases[0].id)
    words = await _words(session, case, message)
    urged = await urge_one(session, case, conversation_id, now=now, words=words)
    return UrgeOutcome(outcome="urged" if urged else "too_soon", case=await own.brief(session, case), cases=[])


async def _words(session: AsyncSession, case: Case, message: Message) -> str | None:
    """Where this message only chose one of several, those of the message that made us ask which."""
    numbering = session.info.get(NUMBERING, TS)
    words = answers.opinion_in(message.text, numbers_in(message.text, numbering))
    if words is None and (before := await _chosen_from(session, message)) is not None:
        words = answers.opinion_in(before.text, numbers_in(before.text, numbering))
    return None if words is None else await in_tokens_of(session, case, message.conversation_id, words)


async def in_tokens_of(session: AsyncSession, case: Case, conversation_id: UUID, words: str) -> str:
    """What was said in another conversation, in the tokens of the case."""
    if case.conversation_id == conversation_id:
        return words
    return await protected(session, case, await customers.reveal(session, conversation_id, words)) or ""


async def _chosen_from(session: AsyncSession, message: Message) -> Message | None:
    offers = await session.scalars(
        select(Message)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.author == Author.BOT,
            Message.seq < message.seq,
        )
        .order_by(Message.seq.desc())
        .limit(OFFERS_LOOKED_AT)
    )
    answered = next((each.answers for each in offers if message.text in each.choices), None)
    return await session.get(Message, answered) if answered is not None else None


async def urge_one(
    session: AsyncSession, case: Case, conversation_id: UUID, *, now: datetime, words: str | None = None
) -> bool:
    """False when the customer urged not long ago; what was said along with it is kept all the same. The caller holds
    the case. `words`: in tokens of its conversation."""
    every = (await in_force(session, now)).hours("urge.hours")
    if case.urged_at is not None and now - case.urged_at < every:
        if words and words != await _last_said(session, case):
            await noted(session, case, Kind.SUPPLEMENTED, CUSTOMER, now=now, opinion=words)
            outbox.emit(session, "case.supplemented", {"case_id": str(case.id), "message_id": str(uuid4())}, now=now)
        return False
    case.urge_count, case.urged_at = case.urge_count + 1, now
    await session.flush()
    level = int(await reach.level_of(session, conversation_id, now))
    detail: dict[str, object] = {"count": case.urge_count, "level": level}
    await written(session, case, Kind.URGED, CUSTOMER, now=now, opinion=words, detail=detail)
    outbox.emit(session, "case.urged", {"case_id": str(case.id), "count": case.urge_count}, now=now)
    return True


async def _last_said(session: AsyncSession, case: Case) -> str | None:
    """The same message may come again by the other engine."""
    entry = select(TimelineEntry.opinion).where(
        TimelineEntry.case_id == case.id, TimelineEntry.kind.in_((Kind.URGED, Kind.SUPPLEMENTED))
    )
    said: str | None = await session.scalar(entry.order_by(TimelineEntry.seq.desc()).limit(1))
    return said
