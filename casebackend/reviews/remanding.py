"""责令重新处理: the branch handles the complaint once more, now or when a second complaint about it has ended."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.cases import rules
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.cases.seconds import second_of
from casebackend.cases.service import hold, move_case
from casebackend.cases.words import Satisfaction
from casebackend.reviews import queries
from casebackend.reviews.model import Review


async def waits(session: AsyncSession, case: Case) -> bool:
    """Two people at once would decide on the same matter: the second complaint goes first."""
    second = await second_of(session, case)
    return second is not None and Status(second.status) in rules.OPEN


async def reopen(session: AsyncSession, case: Case, review: Review, principal: Principal, now: datetime) -> None:
    """Under a new limit of law. A survey that is under way ends with it."""
    status = Status(case.status)
    if status is Status.REPLIED:
        command = MoveCase(move=rules.Move.CLOSE_WITHOUT_FOLLOWUP)
        case = await move_case(session, case.id, command, principal=SYSTEM, now=now)
    elif status is Status.FOLLOW_UP:
        command = MoveCase(move=rules.Move.CLOSE, satisfaction=Satisfaction.UNSATISFIED)
        case = await move_case(session, case.id, command, principal=SYSTEM, now=now)
    if Status(case.status) is not Status.CLOSED:
        return
    command = MoveCase(move=rules.Move.REOPEN, opinion=f"核查 {review.number} 责令重新处理")
    deciding = replace(principal, roles=principal.roles | {rules.SYSTEM})
    await move_case(session, case.id, command, principal=deciding, now=now)


async def after_second(session: AsyncSession, second: Case, now: datetime) -> None:
    """A second complaint has ended: what a review had ordered about the first one meanwhile is carried out."""
    if second.parent_id is None or Status(second.status) in rules.OPEN:
        return
    case = await hold(session, second.parent_id)
    for review in await queries.of_case(session, case.id):
        if review.waits_for_second:
            review.carried_out_at = now
            await session.flush()
            await reopen(session, case, review, SYSTEM, now)
