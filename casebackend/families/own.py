"""The customer's side of the family: who is not content with an answer has the complaint looked at a second time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import MoveCase
from casebackend.api.own import SecondOutcome
from casebackend.calendar.rules import local_date
from casebackend.cases import own, reach, seconds
from casebackend.cases.answers import yes_or_no
from casebackend.cases.fields import protected
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Move, Status
from casebackend.cases.service import hold, move_case
from casebackend.cases.words import NUMBERING, TS, Satisfaction, numbers_in
from casebackend.clocks import limits
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Asked
from casebackend.customers import service as customers
from casebackend.families.second import open_second as opened
from casebackend.identity.rules import Action
from casebackend.requests import queries, rules
from casebackend.requests.model import CaseRequest
from casebackend.requests.rules import Kind, State
from casebackend.reviews.placing import units_of

ANSWERED = frozenset({Status.REPLIED, Status.FOLLOW_UP, Status.CLOSED})


async def open_second(
    session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime
) -> SecondOutcome:
    """Of the newest answered complaint, unless the message names one. Without a reason that is asked for, once; who
    takes the offer with a bare yes is asked nothing more. The same message does it once."""
    await conversations.hold(session, conversation_id)
    message = await own.message_of(session, conversation_id, message_id)
    known = await queries.answered(session, conversation_id, message_id, Kind.SECOND)
    if known is not None:
        return SecondOutcome.model_validate(known)
    request = await _asked_before(session, message)
    if request is not None:
        return await _reason_given(session, request, message, now)
    return await _begin(session, message, now)


async def _asked_before(session: AsyncSession, message: Message) -> CaseRequest | None:
    """The complaint whose reason was asked for, unless the answer names another one."""
    if await own.question_open_for(session, message) != Asked.SECOND:
        return None
    request = await queries.pending(session, message.conversation_id, Kind.SECOND)
    if request is None or request.case_id is None:
        return None
    named = numbers_in(message.text, session.info.get(NUMBERING, TS))
    first = await session.get_one(Case, request.case_id)
    return None if named and first.number not in named else request


async def _reason_given(session: AsyncSession, request: CaseRequest, message: Message, now: datetime) -> SecondOutcome:
    first = await hold(session, (await session.get_one(Case, request.case_id)).id)
    closed = await reach.refused(session, first, message.conversation_id, Action.SECOND, now=now)
    if closed is not None:
        return SecondOutcome(outcome=closed, case=None, cases=[])
    request.state = State.DONE
    if rules.dropped(message.text):
        outcome = SecondOutcome(outcome="dropped", case=await own.brief(session, first), cases=[])
    elif not await _may_follow(session, first):
        outcome = await _not_offered(session, [first])
    else:
        words = None if rules.has_no_reason(message.text) else message.text
        before = await session.get_one(Message, request.message_id)
        outcome = await _open(session, first, message, before.received_at or before.at, words, now)
    return await _kept(session, request, message, outcome)


async def _begin(session: AsyncSession, message: Message, now: datetime) -> SecondOutcome:
    found = await reach.meant(session, message, Action.SECOND, now=now)
    cases = found.cases
    if not cases:
        return SecondOutcome(outcome=found.closed or "none", case=None, cases=[])
    offered = [case for case in cases if await _may_follow(session, case)]
    if len(offered) > 1:
        return SecondOutcome(outcome="choose", case=None, cases=await own.briefs(session, offered))
    if not offered:
        return await _not_offered(session, cases)
    first = await hold(session, offered[0].id)
    request = queries.begin(session, message, Kind.SECOND, now=now)
    request.case_id = first.id
    numbers = numbers_in(message.text, session.info.get(NUMBERING, TS))
    if rules.gives_reason(message.text, numbers):
        words: str | None = message.text
    elif yes_or_no(message.text) is True:
        words = None
    else:
        return await _kept(
            session, request, message, SecondOutcome(outcome="reason", case=await own.brief(session, first), cases=[])
        )
    request.state = State.DONE
    outcome = await _open(session, first, message, message.received_at or message.at, words, now)
    return await _kept(session, request, message, outcome)


async def _may_follow(session: AsyncSession, case: Case) -> bool:
    """Answered already: who is not content need not wait until it is closed."""
    if not seconds.may_have_second(case) or Status(case.status) not in ANSWERED:
        return False
    return await seconds.second_of(session, case) is None


async def _not_offered(session: AsyncSession, cases: Sequence[Case]) -> SecondOutcome:
    known = [second for case in cases if (second := await seconds.second_of(session, case)) is not None]
    if known:
        return SecondOutcome(outcome="exists", case=await own.brief(session, known[0]), cases=[])
    still_open = [case for case in cases if Status(case.status) in OPEN]
    shown = await own.brief(session, (still_open or list(cases))[0])
    return SecondOutcome(outcome="open" if still_open else "not_possible", case=shown, cases=[])


async def _open(
    session: AsyncSession, first: Case, message: Message, received_at: datetime, words: str | None, now: datetime
) -> SecondOutcome:
    """Tokens mean something in their own conversation only: words said elsewhere are tokenised for that of the case."""
    if words is not None and first.conversation_id != message.conversation_id:
        words = await protected(session, first, await customers.reveal(session, message.conversation_id, words))
    days, level = await _review_days(session, first, now), await reach.level_of(session, message.conversation_id, now)
    await _close(session, first, now)
    second = await opened(session, first, words=words, received_at=received_at, now=now, level=int(level))
    return SecondOutcome(outcome="opened", case=await own.brief(session, second), cases=[], review_days=days)


async def _close(session: AsyncSession, first: Case, now: datetime) -> None:
    """What the customer just said is the answer that a survey would have asked for."""
    if Status(first.status) is Status.REPLIED:
        await move_case(session, first.id, MoveCase(move=Move.PLAN_FOLLOWUP), principal=SYSTEM, now=now)
    if Status(first.status) is Status.FOLLOW_UP:
        command = MoveCase(move=Move.CLOSE, satisfaction=Satisfaction.UNSATISFIED)
        await move_case(session, first.id, command, principal=SYSTEM, now=now)


async def _review_days(session: AsyncSession, first: Case, now: datetime) -> int | None:
    """The decision of a branch may be taken to its superior, in writing (docs/law.md, review.apply)."""
    _, superior = await units_of(session, first)
    if superior is None:
        return None
    return int((await limits.term_of(session, "review.apply", local_date(now))).amount)


async def _kept(session: AsyncSession, request: CaseRequest, message: Message, outcome: SecondOutcome) -> SecondOutcome:
    request.last_message_id, request.last_result = message.id, outcome.model_dump(mode="json")
    await session.flush()
    return outcome
