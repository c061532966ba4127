from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.api.conversations import Reply
from casebackend.api.own import SurveyOutcome
from casebackend.cases.filing import CUSTOMER, SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.own import message_of
from casebackend.cases.rules import Move, Status
from casebackend.cases.service import hold, move_case
from casebackend.cases.words import Satisfaction
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Author
from casebackend.errors import Conflict
from casebackend.notices.thresholds import in_force
from casebackend.notifications.words import choices, words
from casebackend.revisits import calling, remarks, rules, second
from casebackend.revisits.again import again_in
from casebackend.revisits.model import Revisit
from casebackend.revisits.rules import Answers, Policy, State, Step
from casebackend.revisits.scores import score_in
from casebackend.revisits.solved import solved_in
from casebackend.revisits.speech import SKIPPED
from casebackend.timeline import service as timeline
from casebackend.timeline.rules import Kind


class NoSurvey(Conflict):
    slug, title = "no-survey", "没有进行中的回访"

    def __init__(self) -> None:
        super().__init__("该会话没有等待回答的回访")


async def policy(session: AsyncSession, now: datetime) -> Policy:
    given = await in_force(session, now)
    return Policy(
        low=given.number("survey.low_score"),
        misses=given.number("survey.misses"),
        postponed=given.minutes("survey.postponed_minutes"),
        undelivered=given.minutes("survey.undelivered_minutes"),
        unanswered=given.hours("survey.unanswered_hours"),
        attempts=given.number("survey.attempts"),
        spacing=given.number("survey.spacing_days"),
        call_after=given.hours("survey.call_after_hours"),
    )


async def plan(session: AsyncSession, case: Case, *, due_at: datetime) -> Revisit:
    count = await session.scalar(select(func.count()).select_from(Revisit).where(Revisit.case_id == case.id))
    revisit = Revisit(
        case_id=case.id,
        conversation_id=case.conversation_id,
        round=(count or 0) + 1,
        state=State.PLANNED,
        due_at=due_at,
    )
    session.add(revisit)
    await session.flush()
    return revisit


async def answer(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime) -> SurveyOutcome:
    """Takes one answer of the customer. The same message answers once, whoever brings it again and under what key."""
    message = await message_of(session, conversation_id, message_id)
    revisit = await session.scalar(
        select(Revisit)
        .where(Revisit.conversation_id == conversation_id, Revisit.state.in_((State.SENT, State.BY_PERSON)))
        .order_by(Revisit.sent_at.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    known = await session.scalar(
        select(Revisit.last_result).where(
            Revisit.conversation_id == conversation_id, Revisit.last_message_id == message_id
        )
    )
    if known is not None:
        return SurveyOutcome.model_validate(known)
    if revisit is None:
        raise NoSurvey
    case = await hold(session, revisit.case_id)
    if Status(case.status) is not Status.FOLLOW_UP:
        raise NoSurvey
    if revisit.state == State.BY_PERSON:
        _answers_after_all(revisit, message.text, now)
    outcome = await _answered(session, revisit, case, message, now)
    revisit.last_message_id, revisit.last_result = message_id, outcome.model_dump(mode="json")
    await session.flush()
    return outcome


def _answers_after_all(revisit: Revisit, said: str, now: datetime) -> None:
    """He was to be called: whoever answers in the chat meanwhile need not be. Anything else is no answer any more."""
    told = again_in(said) if Step(revisit.step) is Step.AGAIN else solved_in(said)
    if told is None:
        raise NoSurvey
    revisit.state, revisit.sent_at, revisit.misses = State.SENT, now, 0


async def _answered(
    session: AsyncSession, revisit: Revisit, case: Case, message: Message, now: datetime
) -> SurveyOutcome:
    """The next question; not understood too often it ends the survey. What is told besides is kept, and no miss."""
    given = await policy(session, now)
    asked_for_words, earlier = Step(revisit.step) is Step.WORDS, revisit.words
    adds = not asked_for_words and remarks.only_besides(message.text)
    taken = not adds and _take(revisit, message.text)
    more = None if asked_for_words else remarks.with_more(earlier, message.text, answered=taken)
    revisit.words = more or revisit.words
    if more and not taken:
        return _outcome(revisit, understood=True, kept=True)
    if not taken:
        return await _not_understood(session, revisit, case, given, now)
    revisit.misses = 0
    given_up = Step(revisit.step) is Step.SOLVED and revisit.solved is None
    reopens = await second.may_follow(session, case)
    following = rules.step_after(Step(revisit.step), answers_of(revisit), may_reopen=reopens, low=given.low)
    revisit.step = Step.DONE if given_up else following
    if revisit.step == Step.DONE:
        await finish(session, revisit, case, now=now)
    received_at = message.received_at or message.at
    opened = await second.open_for(session, revisit, received_at, now) if revisit.again and reopens else None
    return _outcome(revisit, understood=True, opened=opened, kept=more is not None)


async def _not_understood(
    session: AsyncSession, revisit: Revisit, case: Case, given: Policy, now: datetime
) -> SurveyOutcome:
    """Too often, it ends the survey. Whether it is to be handled again is nothing that we settle for the customer: a
    colleague asks him, or he is told how to ask for it."""
    revisit.misses += 1
    if revisit.misses < given.misses:
        return _outcome(revisit, understood=False)
    if Step(revisit.step) is not Step.AGAIN or not await second.may_follow(session, case):
        await finish(session, revisit, case, now=now, ended=State.NO_ANSWER)
        return _outcome(revisit, understood=False)
    called = bool(given.call_after) and await calling.has_number(session, case)
    if called:
        await to_call(session, revisit, now=now)
    else:
        await finish(session, revisit, case, now=now, ended=State.NO_ANSWER)
    name = "revisit_to_call" if called else "revisit_unsettled"
    said = [Reply(text=words(name, number=case.number), choices=choices(name))]
    await conversations.say(session, case.conversation_id, author=Author.SYSTEM, replies=said, now=now)
    return _outcome(revisit, understood=False, called=called, unsettled=not called)


async def to_call(session: AsyncSession, revisit: Revisit, *, now: datetime) -> None:
    """What the chat did not bring out is asked by a colleague on the telephone, from now on."""
    revisit.state, revisit.misses, revisit.due_at = State.BY_PERSON, 0, now
    await session.flush()
    await timeline.append(
        session, revisit.case_id, Kind.SURVEY_TO_CALL, actor=SYSTEM.actor, actor_name=SYSTEM.display_name, now=now
    )
    await calling.again(session, revisit, now=now, at_once=True)


def answers_of(revisit: Revisit) -> Answers:
    return Answers(revisit.solved, revisit.score, revisit.again)


def _take(revisit: Revisit, text: str) -> bool:
    match Step(revisit.step):
        case Step.SOLVED:
            solved = solved_in(text)
            revisit.solved = None if solved is SKIPPED or solved is None else bool(solved)
            return solved is not None
        case Step.SCORE:
            score = score_in(text)
            revisit.score = score if isinstance(score, int) else None
            return score is not None
        case Step.WORDS:
            words = remarks.words_in(text)
            told = [each for each in (revisit.words, None if words is SKIPPED else str(words)) if each]
            revisit.words = "；".join(told) or None
            return True
        case Step.AGAIN:
            revisit.again = again_in(text)
            return revisit.again is not None
        case Step.DONE:
            return True


async def finish(
    session: AsyncSession,
    revisit: Revisit,
    case: Case,
    *,
    now: datetime,
    ended: State | None = None,
    by: Principal | None = None,
) -> None:
    """Closes the case with what is known; an unanswered question leaves the answers given before it. `ended`: how,
    where nobody answered to the end; `by`: the colleague who asked on the telephone. A customer who was reached and
    says nothing need not be called again."""
    revisit.step, revisit.done_at = Step.DONE, now
    given = await policy(session, now)
    satisfaction = Satisfaction(rules.satisfaction(answers_of(revisit), low=given.low))
    revisit.state = ended or (State.NO_ANSWER if satisfaction is Satisfaction.NO_ANSWER else State.DONE)
    declined = revisit.state == State.NO_ANSWER
    command = MoveCase(move=Move.CLOSE, satisfaction=satisfaction)
    await move_case(session, case.id, command, principal=SYSTEM if by is None or declined else by, now=now)
    said = by or CUSTOMER
    await timeline.append(
        session,
        case.id,
        Kind.SURVEY_ANSWERED,
        actor=said.actor,
        actor_name=said.display_name or said.name,
        user_id=said.user_id,
        now=now,
        opinion=revisit.words,
        detail={"solved": revisit.solved, "score": revisit.score, "again": revisit.again, "state": revisit.state},
    )


def _outcome(
    revisit: Revisit,
    *,
    understood: bool,
    opened: Case | None = None,
    kept: bool = False,
    called: bool = False,
    unsettled: bool = False,
) -> SurveyOutcome:
    following: Literal["solved", "score", "words", "again", "done"] = "done" if called else Step(revisit.step).value
    return SurveyOutcome(
        next=following,
        understood=understood,
        kept=kept,
        called=called,
        unsettled=unsettled,
        second_case=opened.id if opened else None,
        second_number=opened.number if opened else None,
    )
