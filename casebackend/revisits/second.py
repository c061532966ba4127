"""What a dissatisfied answer to the survey leads to."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.model import Case
from casebackend.cases.seconds import may_have_second, second_of
from casebackend.cases.service import hold
from casebackend.conversations.model import Message
from casebackend.families.second import open_second
from casebackend.revisits.model import Revisit


async def may_follow(session: AsyncSession, case: Case) -> bool:
    return may_have_second(case) and await second_of(session, case) is None


async def open_for(session: AsyncSession, revisit: Revisit, message: Message, now: datetime) -> Case:
    """The survey has just closed the first case; the customer said yes with this message."""
    first = await hold(session, revisit.case_id)
    received_at = message.received_at or message.at
    second = await open_second(session, first, words=revisit.words, received_at=received_at, now=now)
    revisit.second_case_id = second.id
    await session.flush()
    return second
