"""What a dissatisfied answer to the survey leads to."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases.filing import CUSTOMER
from casebackend.cases.model import Case
from casebackend.cases.seconds import may_have_second, second_of
from casebackend.cases.service import hold
from casebackend.families.second import open_second
from casebackend.revisits.model import Revisit


async def may_follow(session: AsyncSession, case: Case) -> bool:
    return may_have_second(case) and await second_of(session, case) is None


async def open_for(
    session: AsyncSession, revisit: Revisit, received_at: datetime, now: datetime, by: Principal = CUSTOMER
) -> Case:
    """The survey has just closed the first case; the customer said yes, in the chat or to a colleague."""
    first = await hold(session, revisit.case_id)
    words = revisit.words
    second = await open_second(session, first, words=words, received_at=received_at, now=now, principal=by)
    revisit.second_case_id = second.id
    await session.flush()
    return second
