from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases import queries as cases
from casebackend.cases.model import Case, CaseParticipant
from casebackend.clocks.model import Timer
from casebackend.organisations.model import Organisation
from casebackend.organisations.queries import tree
from casebackend.paging import beyond, cursor_of, moment, read_cursor
from casebackend.reviews.model import Review
from casebackend.reviews.rules import OPEN, TOLD, Outcome, State


async def of_case(session: AsyncSession, case_id: UUID) -> Sequence[Review]:
    found = await session.scalars(select(Review).where(Review.case_id == case_id).order_by(Review.applied_at))
    return found.all()


async def of_clock(session: AsyncSession, clock_of: UUID) -> Review | None:
    """A clock of a review carries the id of the review."""
    return await session.get(Review, clock_of)


async def count(session: AsyncSession, case_id: UUID) -> int:
    return int(await session.scalar(select(func.count()).select_from(Review).where(Review.case_id == case_id)) or 0)


async def clocks_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Timer]:
    found = await session.scalars(select(Timer).where(Timer.case_id.in_(ids)).order_by(Timer.seq))
    return {timer.case_id: timer for timer in found}


def holding() -> ColumnElement[bool]:
    """For a WHERE over cases: an open review keeps its complaint out of the archive, and so does what it ordered."""
    ordered = and_(Review.outcome == Outcome.REMANDED, Review.state.in_(TOLD), Review.carried_out_at.is_(None))
    return select(Review.id).where(Review.case_id == Case.id, or_(Review.state.in_(OPEN), ordered)).exists()


async def visible(session: AsyncSession, principal: Principal, review_id: UUID) -> tuple[Review, Case] | None:
    """Whoever sees the complaint, and whoever works for the reviewing organisation."""
    review = await session.get(Review, review_id)
    if review is None:
        return None
    case = await cases.visible(session, principal, str(review.case_id))
    if case is None and await acts_for(session, principal, review.reviewing_unit_id):
        case = await session.get(Case, review.case_id)
    return None if case is None else (review, case)


async def acts_for(session: AsyncSession, principal: Principal, unit_id: UUID | None) -> bool:
    """The departments of an organisation act for it."""
    if unit_id is None or principal.organisation_id is None:
        return False
    if principal.organisation_id == unit_id:
        return True
    department = select(Organisation.id).where(
        Organisation.id == principal.organisation_id,
        Organisation.level == "department",
        Organisation.parent_id == unit_id,
    )
    return await session.scalar(department) is not None


async def waiting_for(session: AsyncSession, principal: Principal, roles: Collection[str]) -> int:
    """How many reviews wait for this person: in his hands, or nobody's, applied for above his unit's head, and of a
    complaint in which he took no part. `roles`: who may take one."""
    if principal.user_id is None or not principal.roles & frozenset(roles):
        return 0
    took = exists().where(CaseParticipant.case_id == Review.case_id, CaseParticipant.user_id == principal.user_id)
    unit = (await tree(session)).units.get(principal.organisation_id) if principal.organisation_id else None
    acts = [unit.id, *([unit.parent_id] if unit.level == "department" else [])] if unit is not None else []
    free = and_(Review.state == State.APPLIED, Review.reviewing_unit_id.in_(acts), ~took)
    mine = and_(Review.reviewer_id == principal.user_id, Review.state.in_(OPEN))
    query = select(func.count()).select_from(Review).where(or_(mine, free))
    return int(await session.scalar(query) or 0)


async def page(
    session: AsyncSession, principal: Principal, *, state: State | None, open_only: bool, cursor: str | None, limit: int
) -> tuple[list[tuple[Review, Case]], str | None]:
    """Oldest application first."""
    scoped = await cases.scoped(session, principal, Case.id)
    query = select(Review, Case).join(Case, Case.id == Review.case_id)
    own = Review.reviewing_unit_id == principal.organisation_id
    query = query.where(or_(Case.id.in_(scoped), own) if principal.organisation_id else Case.id.in_(scoped))
    if state is not None:
        query = query.where(Review.state == state)
    elif open_only:
        query = query.where(Review.state.in_(OPEN))
    order: list[ColumnElement[Any]] = [Review.applied_at.expression, Review.number.expression]
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, (moment, str)), descending=False))
    rows = await session.execute(query.order_by(*order).limit(limit + 1))
    found = [(review, case) for review, case in rows]
    last = found[limit - 1][0] if len(found) > limit else None
    return found[:limit], cursor_of([last.applied_at.isoformat(), last.number]) if last else None
