"""Which complaints may be followed by a second one (SC-01). Opening it is the business of `families`."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.rules import Status


def may_have_second(case: Case) -> bool:
    """By its nature; whether it is closed is another question."""
    return case.kind == "first" and case.matter_type == "complaint" and not is_regulated(case)


async def second_of(session: AsyncSession, case: Case) -> Case | None:
    found: Case | None = await session.scalar(select(Case).where(Case.parent_id == case.id))
    return found


async def offered(session: AsyncSession, case: Case) -> bool:
    """Closed, not archived, internal, and not yet followed by one."""
    if not may_have_second(case) or Status(case.status) is not Status.CLOSED:
        return False
    return await second_of(session, case) is None
