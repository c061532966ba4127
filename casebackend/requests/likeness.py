"""Whether a complaint that is about to be filed was made before, and what the customer wants done about it (BD-12)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.own import CaseBrief, Likeness, LikenessChoice
from casebackend.attachments.model import Attachment
from casebackend.cases import own, reach, urging
from casebackend.cases.enclosing_jobs import adopt
from casebackend.cases.filing import CUSTOMER, noted
from casebackend.cases.model import Case
from casebackend.cases.rules import IN_PROCESS, Status
from casebackend.cases.service import hold
from casebackend.cases.words import NUMBERING, TS, numbers_in
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Message
from casebackend.drafts import queries as drafts
from casebackend.drafts import service as drafting
from casebackend.drafts.model import Draft
from casebackend.drafts.rules import COMPLAINT, Field
from casebackend.identity.rules import Action
from casebackend.requests import rules
from casebackend.requests.earlier import alike
from casebackend.requests.rules import Choice
from casebackend.requests.supplements import attach
from casebackend.timeline.rules import Kind as Entry


async def look(session: AsyncSession, conversation_id: UUID, *, now: datetime) -> Likeness:
    """Asked once for a complete draft, and again only when what it tells has changed."""
    await conversations.hold(session, conversation_id)
    draft = await drafts.open_draft(session, conversation_id)
    if draft is None or draft.matter_type != COMPLAINT or draft.likeness_choice is not None:
        return Likeness(cases=[])
    found = await alike(session, draft, now)
    draft.likeness = [str(case.id) for case in found]
    draft.likeness_choice = None if found else Choice.NONE
    await session.flush()
    return Likeness(cases=await _told_of(session, draft, found, now))


async def _told_of(session: AsyncSession, draft: Draft, cases: Sequence[Case], now: datetime) -> list[CaseBrief]:
    """Of those that a code has to open first, number and day only."""
    opened, _ = await reach.open_to(session, draft.conversation_id, Action.JOIN, now=now)
    return [await own.brief(session, each) if each in opened else _bare(each) for each in cases[: own.SHOWN]]


def _bare(case: Case) -> CaseBrief:
    return CaseBrief(number=case.number, stage="", unit=None, promised_on=None, next_step="", filed_at=case.filed_at)


async def choose(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime) -> LikenessChoice:
    """The choice stands on the draft, in the history of the earlier complaint and, when a new one is filed, in its
    own (cases/submission.py). 补充 and 催办 end the draft."""
    await conversations.hold(session, conversation_id)
    message = await own.message_of(session, conversation_id, message_id)
    known = await session.scalar(
        select(Draft.likeness_result).where(
            Draft.conversation_id == conversation_id, Draft.likeness_message_id == message_id
        )
    )
    if known is not None:
        return LikenessChoice.model_validate(known)
    draft = await drafts.open_draft(session, conversation_id)
    if draft is None or not draft.likeness or draft.likeness_choice is not None:
        return LikenessChoice(outcome="none")
    outcome = await _chosen(session, draft, message, now)
    if outcome.outcome == "unproved":
        return outcome
    draft.likeness_message_id, draft.likeness_result = message_id, outcome.model_dump(mode="json")
    await session.flush()
    return outcome


async def _chosen(session: AsyncSession, draft: Draft, message: Message, now: datetime) -> LikenessChoice:
    opened, unproved = await reach.open_to(session, draft.conversation_id, Action.JOIN, now=now)
    known = {str(case.id) for case in (*opened, *unproved)}
    cases = [await hold(session, UUID(each)) for each in sorted(draft.likeness) if each in known]
    named = numbers_in(message.text, session.info.get(NUMBERING, TS))
    meant = [case for case in cases if case.number in named] if named else cases
    choice = rules.choice_in(message.text)
    if choice is Choice.NEW or not cases:
        await _settle(session, draft, cases, Choice.NEW, now)
        return LikenessChoice(outcome="new")
    if choice is None or not meant:
        return LikenessChoice(outcome="unclear", cases=await _told_of(session, draft, cases, now))
    if len(meant) > 1:
        return LikenessChoice(outcome="choose", cases=await _told_of(session, draft, meant, now))
    if meant[0] not in opened:
        return LikenessChoice(outcome="unproved")
    return await _join(session, draft, meant[0], choice, message, now)


async def _join(
    session: AsyncSession, draft: Draft, case: Case, choice: Choice, message: Message, now: datetime
) -> LikenessChoice:
    if Status(case.status) not in IN_PROCESS:
        return LikenessChoice(outcome="closed", case=await own.brief(session, case))
    in_time, words = True, await _told(session, draft)
    await adopt(session, case.id, await _sent_while_telling(session, draft), now)
    if choice is Choice.SUPPLEMENT:
        await attach(session, case, words, message=message, now=now)
    else:
        words = await urging.in_tokens_of(session, case, message.conversation_id, words)
        in_time = await urging.urge_one(session, case, message.conversation_id, now=now, words=words)
    await _settle(session, draft, [case], choice, now)
    await drafting.cancel(session, draft.conversation_id, now=now)
    outcome = "supplement" if choice is Choice.SUPPLEMENT else "urge" if in_time else "too_soon"
    return LikenessChoice.model_validate({"outcome": outcome, "case": await own.brief(session, case)})


async def _sent_while_telling(session: AsyncSession, draft: Draft) -> Sequence[Attachment]:
    found = await session.scalars(
        select(Attachment)
        .outerjoin(Message, Message.id == Attachment.message_id)
        .where(
            Attachment.conversation_id == draft.conversation_id,
            Attachment.case_id.is_(None),
            func.coalesce(Message.at, Attachment.added_at) >= draft.first_received_at,
        )
        .order_by(Attachment.added_at, Attachment.id)
    )
    return found.all()


async def _told(session: AsyncSession, draft: Draft) -> str:
    held = await drafts.fields(session, draft)
    return "\n".join(held[name].value for name in (Field.FACTS, Field.DEMAND) if name in held and held[name].value)


async def _settle(session: AsyncSession, draft: Draft, cases: Sequence[Case], choice: Choice, now: datetime) -> None:
    draft.likeness_choice = choice
    detail: dict[str, object] = {"choice": choice, "draft_id": str(draft.id)}
    for case in cases:
        await noted(session, case, Entry.LIKENESS_DECIDED, CUSTOMER, now=now, detail=detail)
