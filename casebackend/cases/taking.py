"""Who of a unit could take a case now, and why others could not."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import recusing
from casebackend.cases.model import Case
from casebackend.cases.rules import HANDLER
from casebackend.cases.standing import HANDLED
from casebackend.cases.words import Excluded
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.timeline.model import TimelineEntry


async def handlers(session: AsyncSession, unit_id: UUID | None) -> list[User]:
    """Active people of exactly this unit who handle cases."""
    if unit_id is None:
        return []
    return [user for user in await staff.of_unit(session, unit_id) if HANDLER in user.roles]


async def here(session: AsyncSession, *, now: datetime) -> set[UUID]:
    """Handlers with an open session who have neither signed out nor declared themselves busy."""
    free = await staff.free_ids(session, now=now)
    return {user.id for user in await staff.at_work(session, HANDLER, now=now) if user.id in free}


async def excluded(
    session: AsyncSession, case: Case, people: Collection[User], *, now: datetime
) -> dict[UUID, Excluded]:
    """Of these handlers, who cannot take it, and the first reason why."""
    present = await staff.free_ids(session, now=now)
    barred = await recusing.barred(session, case, people)
    first = await _first_handlers(session, case)
    found: dict[UUID, Excluded] = {}
    for user in people:
        if user.id in first:
            found[user.id] = Excluded.FIRST_HANDLER
        elif user.id in barred:
            found[user.id] = Excluded.RECUSED
        elif user.id not in present:
            found[user.id] = Excluded.OFF_DUTY
    return found


async def _first_handlers(session: AsyncSession, case: Case) -> set[UUID]:
    """Whoever had the first complaint in hand at any time."""
    if case.parent_id is None:
        return set()
    moved = select(TimelineEntry.user_id).where(
        TimelineEntry.case_id == case.parent_id, TimelineEntry.move.in_(HANDLED), TimelineEntry.user_id.is_not(None)
    )
    last = select(Case.handler_id).where(Case.id == case.parent_id)
    return {user for user in await session.scalars(union(moved, last)) if user is not None}
