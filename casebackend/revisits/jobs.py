from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import MoveCase
from casebackend.api.conversations import Reply
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.queries import is_undelivered
from casebackend.cases.rules import Move, Status
from casebackend.cases.service import hold, move_case
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Conversation
from casebackend.conversations.rules import CARRIED_BY_US, Asked, Author, Owner
from casebackend.database import locked
from casebackend.failpoints import failpoint
from casebackend.notifications.words import choices, words
from casebackend.revisits import calling, service
from casebackend.revisits.model import Revisit
from casebackend.revisits.rules import State
from casebackend.timeline import service as timeline
from casebackend.timeline.rules import Kind

BATCH = 50


async def on_replied(session: AsyncSession, payload: Mapping[str, Any], now: datetime, *, delay: timedelta) -> None:
    """Counted from the reply, also when this runs late."""
    case = await session.get_one(Case, UUID(payload["case_id"]))
    if case.replied_at is not None:
        await service.plan(session, case, due_at=case.replied_at + delay)


async def on_told(session: AsyncSession, payload: Mapping[str, Any], now: datetime, *, delay: timedelta) -> None:
    """It reached the customer later than it was said: the survey counts from then."""
    case = await session.get_one(Case, UUID(payload["case_id"]))
    if case.replied_at is None or Status(case.status) is not Status.REPLIED:
        return
    planned = select(Revisit).where(Revisit.case_id == case.id, Revisit.state == State.PLANNED).with_for_update()
    revisit = await session.scalar(planned)
    if revisit is None:
        await service.plan(session, case, due_at=case.replied_at + delay)
    else:
        revisit.due_at = case.replied_at + delay
        await session.flush()


async def due(session: AsyncSession, *, now: datetime) -> list[UUID]:
    query = select(Revisit.id).where(Revisit.state == State.PLANNED, Revisit.due_at <= now)
    return list(await session.scalars(query.order_by(Revisit.due_at).limit(BATCH)))


async def send(session: AsyncSession, revisit_id: UUID, *, now: datetime) -> None:
    """What made the survey due is looked at again: a reopened or withdrawn case is not surveyed."""
    revisit = await session.scalar(
        select(Revisit)
        .where(Revisit.id == revisit_id, Revisit.state == State.PLANNED)
        .with_for_update(skip_locked=True)
    )
    if revisit is None:
        return
    await failpoint("timer.claimed")
    case = await hold(session, revisit.case_id)
    if Status(case.status) is not Status.REPLIED:
        await _cancel(session, revisit, case, now)
        return
    given = await service.policy(session, now)
    if is_undelivered(case):
        revisit.due_at = now + given.undelivered
        await session.flush()
        return
    if case.channel not in CARRIED_BY_US:
        await _for_a_person(session, revisit, case, now)
        return
    conversation = await conversations.hold(session, case.conversation_id)
    if _is_busy(conversation, now, given.postponed):
        revisit.due_at = now + given.postponed
        await session.flush()
        return
    await move_case(session, case.id, MoveCase(move=Move.PLAN_FOLLOWUP), principal=SYSTEM, now=now)
    survey = Reply(
        text=words("revisit_survey", number=case.number),
        choices=choices("revisit_survey"),
        asks=Asked.SURVEY_SOLVED,
    )
    await conversations.say(session, case.conversation_id, author=Author.SYSTEM, replies=[survey], now=now)
    revisit.state, revisit.sent_at = State.SENT, now
    await _note(session, case, Kind.SURVEY_SENT, now)


def _is_busy(conversation: Conversation, now: datetime, postponed: timedelta) -> bool:
    """In the middle of a talk a survey would take the place of the open question."""
    if Owner(conversation.owner) is not Owner.BOT:
        return True
    last = conversation.last_in_at
    return conversation.asked is not None and last is not None and now - last < postponed


async def _cancel(session: AsyncSession, revisit: Revisit, case: Case, now: datetime) -> None:
    revisit.state, revisit.done_at = State.CANCELLED, now
    await _note(session, case, Kind.SURVEY_CANCELLED, now)


async def _for_a_person(session: AsyncSession, revisit: Revisit, case: Case, now: datetime) -> None:
    """Telephone, counter and letter: a colleague asks, and closes the case with the result."""
    revisit.state, revisit.sent_at = State.BY_PERSON, now
    await move_case(session, case.id, MoveCase(move=Move.PLAN_FOLLOWUP), principal=SYSTEM, now=now)
    await calling.again(session, revisit, now=now)


async def _note(session: AsyncSession, case: Case, kind: Kind, now: datetime) -> None:
    await timeline.append(session, case.id, kind, actor=SYSTEM.actor, actor_name=SYSTEM.display_name, now=now)


async def unanswered(session: AsyncSession, *, now: datetime) -> list[UUID]:
    """Silent for so long that something may follow."""
    since = now - (await service.policy(session, now)).first_look
    query = select(Revisit.id).where(Revisit.state == State.SENT, Revisit.sent_at <= since)
    return list(await session.scalars(query.limit(BATCH)))


async def give_up(session: AsyncSession, revisit_id: UUID, *, now: datetime) -> None:
    revisit = await locked(session, Revisit, revisit_id)
    if revisit is None or revisit.state != State.SENT:
        return
    case = await hold(session, revisit.case_id)
    if Status(case.status) is not Status.FOLLOW_UP:
        await _cancel(session, revisit, case, now)
        return
    given, waited = await service.policy(session, now), now - (revisit.sent_at or now)
    reachable, said = await calling.has_number(session, case), revisit.solved is not None
    if given.calls(waited, said=said, reachable=reachable):
        await service.to_call(session, revisit, now=now)
    elif waited >= given.unanswered and not (given.call_after and reachable and not said):
        await service.finish(session, revisit, case, now=now, ended=State.NO_ANSWER)
