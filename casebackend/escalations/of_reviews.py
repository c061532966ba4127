"""Who hears of the clock of a review (核查): its reviewer and those above, not the handler of the complaint."""

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import hearers
from casebackend.cases.model import Case
from casebackend.escalations.rules import Recipient
from casebackend.reviews.model import Review
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.staff.rules import Role


async def receivers(session: AsyncSession, case: Case, review: Review, recipient: str) -> list[User]:
    """Of a decision of head office only the complaint managers may say that there is nobody above."""
    managers = await hearers.managers(session, case)
    if review.reviewing_unit_id is None or recipient == Recipient.MANAGER:
        return managers
    if recipient == Recipient.EXECUTIVE:
        return await hearers.of_role(session, case, Role.EXECUTIVE)
    reviewer = await session.get(User, review.reviewer_id) if review.reviewer_id else None
    having = [reviewer] if reviewer and reviewer.active else await staff.leaders_of(session, review.reviewing_unit_id)
    if recipient in (Recipient.HANDLER, Recipient.HEAD) or not having:
        return having or managers
    above = await hearers.seeing(session, case, await staff.superiors(session, having[0]))
    return above[:1] or managers
