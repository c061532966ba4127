"""What a customer does with an own complaint in a conversation; which ones those are, reach.py says."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import MoveCase
from casebackend.api.own import CaseBrief, Progress, WithdrawOutcome
from casebackend.cases import clockwork, merging, seconds
from casebackend.cases.answers import page_from, yes_or_no
from casebackend.cases.filing import CUSTOMER
from casebackend.cases.model import Case, Withdrawal
from casebackend.cases.outcome import decided_by_branch
from casebackend.cases.reach import going_on, level_of, meant, refused
from casebackend.cases.rules import OPEN, UNANSWERED, Move, Status
from casebackend.cases.service import hold, move_case
from casebackend.conversations.model import Conversation, Message, Turn
from casebackend.conversations.rules import Asked
from casebackend.drafts.resuming import resumes
from casebackend.errors import NotFound
from casebackend.identity import queries as identity
from casebackend.identity.rules import Action
from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import is_legal
from casebackend.notifications.words import first_known, words
from casebackend.organisations.model import Organisation

SHOWN, PAGE = 5, 3
SELF = "self"


class MessageNotFound(NotFound):
    slug = "message-not-found"

    def __init__(self) -> None:
        super().__init__("该会话中没有这条消息")


async def message_of(session: AsyncSession, conversation_id: UUID, message_id: UUID) -> Message:
    message = await session.get(Message, message_id)
    if message is None or message.conversation_id != conversation_id:
        raise MessageNotFound
    return message


async def question_open_for(session: AsyncSession, message: Message) -> str | None:
    """What the customer had been asked when this message came."""
    turn = await session.scalar(select(Turn).where(Turn.message_id == message.id))
    if turn is not None and turn.lease_until is not None:
        return turn.asked
    return await session.scalar(select(Conversation.asked).where(Conversation.id == message.conversation_id))


async def brief(session: AsyncSession, case: Case) -> CaseBrief:
    unit = await session.get(Organisation, case.unit_id) if case.unit_id else None
    status = Status(case.status)
    second = await seconds.followed_by(session, case)
    promised_on = case.promised_on if status in OPEN else None
    master = await merging.followed(session, case) if status is Status.MERGED else case
    return CaseBrief(
        number=case.number,
        stage=words(_named("case_stage", case)),
        unit=unit.name if unit else None,
        promised_on=promised_on,
        promised_hour=await clockwork.promised_hour(session, case) if promised_on is not None else None,
        next_step=words("case_next_second", number=second.number)
        if second is not None
        else words(await _following(session, case), number=master.number),
        filed_at=case.filed_at,
    )


def _named(name: str, case: Case) -> str:
    """Of a complaint the general words; of another matter its own where there are some."""
    general = f"{name}_{case.status}"
    return general if is_legal(catalogue().matters[case.matter_type]) else first_known(f"{general}_other", general)


async def _following(session: AsyncSession, case: Case) -> str:
    """A review is named only where there is one: after the decision of a branch about a complaint."""
    matter = catalogue().matters[case.matter_type]
    if case.status != Status.REPLIED or not matter.remedies:
        return _named("case_next", case)
    if matter.reviewed and await decided_by_branch(session, case):
        return "case_next_replied"
    return "case_next_replied_elsewhere"


async def briefs(session: AsyncSession, cases: Sequence[Case]) -> list[CaseBrief]:
    return [await brief(session, case) for case in cases[:SHOWN]]


async def progress(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime) -> Progress:
    message = await message_of(session, conversation_id, message_id)
    found = await meant(session, message, Action.PROGRESS, now=now)
    first = page_from(message.text, len(found.cases))
    return Progress(
        cases=[await brief(session, case) for case in found.cases[first - 1 : first - 1 + PAGE]],
        foreign=found.foreign,
        first=first,
        total=len(found.cases),
        unproved=found.closed == "unproved",
    )


async def withdraw(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime) -> WithdrawOutcome:
    message = await message_of(session, conversation_id, message_id)
    if await question_open_for(session, message) == Asked.WITHDRAW:
        asked = await _asked_before(session, conversation_id)
        if asked is not None:
            return await _answered(session, asked, message, now)
    found = await meant(session, message, Action.WITHDRAW, now=now)
    if found.closed is not None:
        proxy = any(case.capacity != SELF for case in found.unproved)
        return WithdrawOutcome(outcome=found.closed, case=None, cases=[], proxy=proxy)
    cases = await going_on(session, found.cases)
    open_cases = [case for case in cases if Status(case.status) in UNANSWERED]
    if not cases:
        return WithdrawOutcome(outcome="none", case=None, cases=[])
    if not open_cases:
        return WithdrawOutcome(outcome="closed", case=await brief(session, cases[0]), cases=[])
    if len(open_cases) > 1:
        return WithdrawOutcome(outcome="choose", case=None, cases=await briefs(session, open_cases))
    if not await _may_end(session, open_cases[0], conversation_id, now=now):
        return WithdrawOutcome(outcome="level", case=None, cases=[])
    return await _ask(session, open_cases[0], message, now)


async def _may_end(session: AsyncSession, case: Case, conversation_id: UUID, *, now: datetime) -> bool:
    """One made for somebody else is ended only by whom core banking has confirmed to have made it."""
    if case.capacity == SELF:
        return True
    reached = await identity.customers_within_reach(session, conversation_id, Action.PROXY_WITHDRAW, now=now)
    return case.customer_id in reached


async def _ask(session: AsyncSession, case: Case, message: Message, now: datetime) -> WithdrawOutcome:
    session.add(
        Withdrawal(case_id=case.id, conversation_id=message.conversation_id, message_id=message.id, asked_at=now)
    )
    await session.flush()
    return WithdrawOutcome(outcome="confirm", case=await brief(session, case), cases=[])


async def _asked_before(session: AsyncSession, conversation_id: UUID) -> Withdrawal | None:
    found: Withdrawal | None = await session.scalar(
        select(Withdrawal)
        .where(Withdrawal.conversation_id == conversation_id, Withdrawal.state == "asked")
        .order_by(Withdrawal.asked_at.desc())
        .limit(1)
    )
    return found


async def _answered(session: AsyncSession, asked: Withdrawal, message: Message, now: datetime) -> WithdrawOutcome:
    """Unclear: asked again. Yes: the procedure ends on the day this message was received (令2020年第3号 Art. 15)."""
    case = await hold(session, (await merging.followed(session, await session.get_one(Case, asked.case_id))).id)
    closed = await refused(session, case, message.conversation_id, Action.WITHDRAW, now=now)
    if closed is not None:
        return WithdrawOutcome(outcome=closed, case=None, cases=[], proxy=case.capacity != SELF)
    if not await _may_end(session, case, message.conversation_id, now=now):
        return WithdrawOutcome(outcome="level", case=None, cases=[])
    answer = False if resumes(message.text) else yes_or_no(message.text)
    if answer is None:
        return WithdrawOutcome(outcome="confirm", case=await brief(session, case), cases=[])
    asked.state, asked.answered_at = ("confirmed" if answer else "kept"), now
    if answer and Status(case.status) in UNANSWERED:
        command = MoveCase(move=Move.WITHDRAW)
        received = message.received_at or message.at
        level = await level_of(session, message.conversation_id, now)
        case = await move_case(
            session, case.id, command, principal=CUSTOMER, now=now, effective_at=received, level=int(level)
        )
        return WithdrawOutcome(outcome="withdrawn", case=await brief(session, case), cases=[])
    return WithdrawOutcome(outcome="closed" if answer else "kept", case=await brief(session, case), cases=[])
