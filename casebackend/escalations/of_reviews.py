"""Who hears of the clock of a review (核查): its reviewer and those above, not the handler of the complaint."""

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.escalations.rules import Recipient
from casebackend.reviews.model import Review
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.staff.rules import Role


async def receivers(session: AsyncSession, review: Review, recipient: str) -> list[User]:
    """Of a decision of head office only the complaint managers may say that there is nobody above."""
    managers = await staff.with_role(session, Role.COMPLAINT_MANAGER)
    if review.reviewing_unit_id is None or recipient == Recipient.MANAGER:
        return managers
    if recipient == Recipient.EXECUTIVE:
        return await staff.with_role(session, Role.EXECUTIVE)
    reviewer = await session.get(User, review.reviewer_id) if review.reviewer_id else None
    having = [reviewer] if reviewer and reviewer.active else await staff.leaders_of(session, review.reviewing_unit_id)
    if recipient in (Recipient.HANDLER, Recipient.HEAD) or not having:
        return having or managers
    return (await staff.superiors(session, having[0]))[:1] or managers
