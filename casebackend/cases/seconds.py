"""Which complaints may be followed by a second one (SC-01). Opening it is the business of `families`."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.rules import Status

CLOSED = frozenset({Status.CLOSED, Status.ARCHIVED})


def may_have_second(case: Case) -> bool:
    """By its nature; whether it is closed is another question."""
    return case.kind == "first" and case.matter_type == "complaint" and not is_regulated(case)


async def second_of(session: AsyncSession, case: Case) -> Case | None:
    found: Case | None = await session.scalar(select(Case).where(Case.parent_id == case.id))
    return found


async def followed_by(session: AsyncSession, case: Case) -> Case | None:
    """The second complaint to which the customer of a closed first one has to look."""
    if Status(case.status) not in CLOSED or not may_have_second(case):
        return None
    second = await second_of(session, case)
    return second if second is not None and Status(second.status) is not Status.VOIDED else None


async def offered(session: AsyncSession, case: Case) -> bool:
    """Closed, not archived, internal, and not yet followed by one."""
    if not may_have_second(case) or Status(case.status) is not Status.CLOSED:
        return False
    return await second_of(session, case) is None
