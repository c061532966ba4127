"""Who hears of the clock of a review (核查): its reviewer and those above, not the handler of the complaint."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import hearers
from casebackend.cases.model import Case
from casebackend.escalations.rules import Recipient
from casebackend.reviews.model import Review
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.staff.rules import Role


async def receivers(session: AsyncSession, case: Case, review: Review, recipient: str, *, now: datetime) -> list[User]:
    """Of a decision of head office only the complaint managers may say that there is nobody above."""
    managers = await hearers.managers(session, case, now=now)
    if review.reviewing_unit_id is None or recipient == Recipient.MANAGER:
        return managers
    if recipient == Recipient.EXECUTIVE:
        return await hearers.of_role(session, case, Role.EXECUTIVE, now=now)
    reviewer = await session.get(User, review.reviewer_id) if review.reviewer_id else None
    having = [reviewer] if reviewer and reviewer.active else []
    having = having or await hearers.leading(session, case, review.reviewing_unit_id, now=now)
    if recipient in (Recipient.HANDLER, Recipient.HEAD) or not having:
        return having or managers
    above = await hearers.seeing(session, case, await staff.superiors(session, having[0]), now=now)
    return above[:1] or managers
