from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.surveys import Surveys, SurveyView
from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.cases.seconds import second_of
from casebackend.conversations.rules import CARRIED_BY_US
from casebackend.customers import service as customers
from casebackend.revisits import second, service
from casebackend.revisits.model import Revisit
from casebackend.revisits.rules import STATE_LABELS, State
from casebackend.staff.rules import Role

# Not understood in the chat is no call.
BY_PHONE = frozenset({State.BY_PERSON, State.UNREACHED})


async def of_case(session: AsyncSession, case: Case, principal: Principal, *, now: datetime) -> Surveys:
    """Newest first."""
    given = await service.policy(session, now)
    found = select(Revisit).where(Revisit.case_id == case.id).order_by(Revisit.round.desc())
    revisits = (await session.scalars(found)).all()
    follower = await second_of(session, case)
    mask = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    waits = any(each.state == State.BY_PERSON for each in revisits) and Status(case.status) is Status.FOLLOW_UP
    return Surveys(
        rounds=[
            SurveyView(
                round=each.round,
                state=each.state,
                state_label=STATE_LABELS[State(each.state)],
                asked_at=each.sent_at,
                done_at=each.done_at,
                attempts=each.misses if case.channel not in CARRIED_BY_US or each.state in BY_PHONE else 0,
                most=given.attempts,
                call_again_on=local_date(each.due_at) if each.state == State.BY_PERSON and each.misses else None,
                solved=each.solved,
                score=each.score,
                words=customers.rendered(each.words, mask) if each.words else None,
                second_case=each.second_case_id,
                second_number=follower.number if follower is not None and follower.id == each.second_case_id else None,
            )
            for each in revisits
        ],
        may_record=waits and Role.FOLLOW_UP in principal.roles,
        may_ask_again=await second.may_follow(session, case),
        low=given.low,
    )
