"""A review whose reviewer is no longer here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases.fields import protected
from casebackend.cases.filing import noted
from casebackend.cases.model import Case
from casebackend.cases.service import hold
from casebackend.database import locked
from casebackend.reviews import rules
from casebackend.reviews.model import Review
from casebackend.reviews.rules import State
from casebackend.timeline.rules import Kind


async def hand_over(
    session: AsyncSession, review_id: UUID, to: UUID | None, reason: str, *, principal: Principal, now: datetime
) -> None:
    """To another reviewer, or open to all of the unit who took no part."""
    case, review = await _held(session, review_id)
    if State(review.state) not in rules.OPEN:
        return
    review.reviewer_id = to
    await session.flush()
    detail: dict[str, object] = {"review": review.number, "reviewer_id": str(to) if to else None}
    said = await protected(session, case, reason)
    await noted(session, case, Kind.REVIEW_HANDED_OVER, principal, now=now, opinion=said, detail=detail)


async def to_unit(
    session: AsyncSession, review_id: UUID, unit_id: UUID, reason: str, *, principal: Principal, now: datetime
) -> None:
    """The organisation that reviews is another one now; whoever has it in hand goes on."""
    case, review = await _held(session, review_id)
    if State(review.state) not in rules.OPEN:
        return
    review.reviewing_unit_id = unit_id
    await session.flush()
    detail: dict[str, object] = {"review": review.number, "unit_id": str(unit_id)}
    await noted(session, case, Kind.REVIEW_HANDED_OVER, principal, now=now, opinion=reason, detail=detail)


async def _held(session: AsyncSession, review_id: UUID) -> tuple[Case, Review]:
    """The case first, as everybody does who changes something of it."""
    found = await session.get_one(Review, review_id)
    case = await hold(session, found.case_id)
    return case, await locked(session, Review, review_id) or found
