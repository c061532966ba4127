"""The survey on the telephone: a colleague asks, and writes down what became of each call."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.surveys import RecordSurvey
from casebackend.calendar.rules import OPENING, at, local_date
from casebackend.cases import filing, steering
from casebackend.cases.fields import protected
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.cases.service import hold
from casebackend.families.second import NotForSecond
from casebackend.revisits import calling, rules, second, service
from casebackend.revisits.errors import CalledToday, NoCall, NotDissatisfied, SurveyIncomplete
from casebackend.revisits.model import Revisit
from casebackend.revisits.rules import Answers, State
from casebackend.timeline.rules import Kind


async def waiting(session: AsyncSession, case: Case) -> Revisit | None:
    found: Revisit | None = await session.scalar(
        select(Revisit).where(Revisit.case_id == case.id, Revisit.state == State.BY_PERSON).with_for_update()
    )
    return found


async def record(session: AsyncSession, case: Case, command: RecordSurvey, *, by: Principal, now: datetime) -> Revisit:
    """The same consequences as an answer in the chat: the case closes, and who wants it gets a second complaint."""
    case = await hold(session, case.id)
    await steering.require(session, case, by)
    revisit = await waiting(session, case) if Status(case.status) is Status.FOLLOW_UP else None
    if revisit is None:
        raise NoCall
    answered = command.outcome == "answered"
    said = (command.solved, command.score, command.words)
    if answered != (command.solved is not None) or (not answered and (command.again or any(said))):
        raise SurveyIncomplete
    if command.outcome == "unreached":
        await _missed(session, revisit, case, by, now)
        return revisit
    await _require_again(session, revisit, case, command, now)
    if command.solved is not None:
        revisit.solved, revisit.score = command.solved, _score(revisit, command)
        revisit.again = command.again or None
    told = [revisit.words, await protected(session, case, command.words.strip()) if command.words else None]
    revisit.words = "；".join(each for each in told if each) or None
    await service.finish(session, revisit, case, now=now, by=by)
    if command.again:
        await second.open_for(session, revisit, now, now, by)
    return revisit


def _score(revisit: Revisit, command: RecordSurvey) -> int | None:
    """What he had given in the chat stands where he gives no other on the telephone."""
    return revisit.score if command.score is None else command.score


async def _require_again(
    session: AsyncSession, revisit: Revisit, case: Case, command: RecordSurvey, now: datetime
) -> None:
    if not command.again:
        return
    answers = Answers(command.solved, _score(revisit, command))
    if not rules.dissatisfied(answers, low=(await service.policy(session, now)).low):
        raise NotDissatisfied
    if not await second.may_follow(session, case):
        raise NotForSecond


async def _missed(session: AsyncSession, revisit: Revisit, case: Case, by: Principal, now: datetime) -> None:
    """Often enough, each on another day, the customer counts as not reached."""
    if revisit.misses and local_date(now) < local_date(revisit.due_at):
        raise CalledToday(local_date(revisit.due_at))
    given = await service.policy(session, now)
    revisit.misses += 1
    revisit.due_at = at(rules.next_call_on(local_date(now), given.spacing), OPENING)
    await session.flush()
    detail: dict[str, object] = {"attempt": revisit.misses, "of": given.attempts}
    await filing.noted(session, case, Kind.SURVEY_MISSED, by, now=now, detail=detail)
    if revisit.misses >= given.attempts:
        await service.finish(session, revisit, case, now=now, ended=State.UNREACHED, by=by)
    else:
        await calling.again(session, revisit, now=now, by=by.user_id)
