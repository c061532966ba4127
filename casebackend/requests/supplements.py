"""What a customer adds to an own complaint. It never starts the clock of law anew: whether these are new facts is
confirmed by colleagues (extensions/materials)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.own import SupplementOutcome
from casebackend.attachments.model import Attachment
from casebackend.cases import enclosing_jobs, merging, own, reach, seconds, urging
from casebackend.cases.filing import CUSTOMER, noted
from casebackend.cases.model import Case
from casebackend.cases.rules import IN_PROCESS, Status
from casebackend.cases.service import hold
from casebackend.cases.words import NUMBERING, TS, numbers_in
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Asked, wordless
from casebackend.drafts import service as drafts
from casebackend.identity.rules import Action
from casebackend.outbox import service as outbox
from casebackend.requests import queries, rules
from casebackend.requests.model import CaseRequest
from casebackend.requests.rules import Kind, State
from casebackend.timeline.rules import Kind as Entry


async def supplement(
    session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime
) -> SupplementOutcome:
    """The same message adds once, whoever brings it again and under whatever key."""
    await conversations.hold(session, conversation_id)
    message = await own.message_of(session, conversation_id, message_id)
    known = await queries.answered(session, conversation_id, message_id, Kind.SUPPLEMENT)
    if known is not None:
        return SupplementOutcome.model_validate(known)
    pending = await queries.pending(session, conversation_id, Kind.SUPPLEMENT)
    open_for = await own.question_open_for(session, message) == Asked.SUPPLEMENT
    if open_for and pending is not None and pending.case_id is not None:
        outcome = await _go_on(session, pending, message, now)
    else:
        outcome = await _begin(session, pending, message, now)
    return outcome


async def _go_on(session: AsyncSession, pending: CaseRequest, message: Message, now: datetime) -> SupplementOutcome:
    """The case is known, and this is what there is to add, or the end of it."""
    named = numbers_in(message.text, session.info.get(NUMBERING, TS))
    case = await hold(session, (await merging.followed(session, await session.get_one(Case, pending.case_id))).id)
    if named and case.number not in named:
        return await _begin(session, None, message, now)
    closed = await reach.refused(session, case, message.conversation_id, Action.SUPPLEMENT, now=now)
    if closed is not None:
        return SupplementOutcome(outcome=closed)
    if rules.ended(message.text):
        pending.state = State.DONE
        return await _kept(session, pending, message, await _about(session, case, "ended"))
    return await _take(session, pending, case, [message], now)


async def _begin(
    session: AsyncSession, pending: CaseRequest | None, message: Message, now: datetime
) -> SupplementOutcome:
    found = await reach.meant(session, message, Action.SUPPLEMENT, now=now)
    if found.closed is not None and not await _in_the_form(session, message, found):
        return SupplementOutcome(outcome=found.closed)
    cases = await reach.going_on(session, found.cases)
    still_open = [case for case in cases if Status(case.status) in IN_PROCESS]
    if not still_open:
        return await _nothing_open(session, message, cases)
    if len(still_open) > 1:
        request = queries.begin(session, message, Kind.SUPPLEMENT, now=now)
        choice = SupplementOutcome(outcome="choose", cases=await own.briefs(session, still_open))
        return await _kept(session, request, message, choice)
    case = await hold(session, still_open[0].id)
    chosen = pending is not None and pending.case_id is None
    request = pending if pending is not None and chosen else queries.begin(session, message, Kind.SUPPLEMENT, now=now)
    request.case_id = case.id
    first = await session.get_one(Message, request.message_id)
    return await _take(session, request, case, [first, message] if first.id != message.id else [message], now)


async def _in_the_form(session: AsyncSession, message: Message, found: reach.Meant) -> bool:
    """Nothing is known to be open to this chat, no number is named, and a complaint is being filled in."""
    if found.foreign or any(case.number in message.text for case in found.unproved):
        return False
    return await drafts.open_draft(session, message.conversation_id) is not None


async def _nothing_open(session: AsyncSession, message: Message, cases: Sequence[Case]) -> SupplementOutcome:
    if await drafts.open_draft(session, message.conversation_id) is not None:
        return SupplementOutcome(outcome="draft")
    if not cases:
        return SupplementOutcome(outcome="none")
    offered = await seconds.offered(session, cases[0])
    return (await _about(session, cases[0], "closed")).model_copy(update={"second_offered": offered})


async def _take(
    session: AsyncSession, request: CaseRequest, case: Case, messages: Sequence[Message], now: datetime
) -> SupplementOutcome:
    if Status(case.status) not in IN_PROCESS:
        request.state = State.DONE
        return await _kept(session, request, messages[-1], await _about(session, case, "closed"))
    numbers = numbers_in("\n".join(each.text for each in messages), session.info.get(NUMBERING, TS))
    telling = [each for each in messages if wordless(each.text) is not None or rules.tells(each.text, numbers)]
    if not telling:
        return await _kept(session, request, messages[-1], await _about(session, case, "ask"))
    for each in telling:
        await attach(session, case, each.text, message=each, now=now)
    return await _kept(session, request, messages[-1], await _about(session, case, "added"))


async def attach(session: AsyncSession, case: Case, words: str, *, message: Message, now: datetime) -> None:
    """The caller holds the case. History says what came, whoever has the case is told, files go with it."""
    words = await urging.in_tokens_of(session, case, message.conversation_id, words)
    level = await reach.level_of(session, message.conversation_id, now)
    detail: dict[str, object] = {"message_id": str(message.id), "level": int(level)}
    await noted(session, case, Entry.SUPPLEMENTED, CUSTOMER, now=now, opinion=words[: rules.LONGEST], detail=detail)
    waiting = await session.scalars(
        select(Attachment).where(Attachment.message_id == message.id, Attachment.case_id.is_(None))
    )
    await enclosing_jobs.adopt(session, case.id, waiting.all(), now)
    outbox.emit(session, "case.supplemented", {"case_id": str(case.id), "message_id": str(message.id)}, now=now)


async def _about(session: AsyncSession, case: Case, outcome: str) -> SupplementOutcome:
    return SupplementOutcome.model_validate({"outcome": outcome, "case": await own.brief(session, case)})


async def _kept(
    session: AsyncSession, request: CaseRequest, message: Message, outcome: SupplementOutcome
) -> SupplementOutcome:
    request.last_message_id, request.last_result = message.id, outcome.model_dump(mode="json")
    await session.flush()
    return outcome
