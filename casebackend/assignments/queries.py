from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assignments.rules import Candidate, Excluded, Ranked, Weights, ranked
from casebackend.cases import recusing
from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.rules import HANDLER, IN_PROCESS
from casebackend.cases.standing import HANDLED
from casebackend.dictionaries.rules import ORDINARY
from casebackend.notices.thresholds import in_force
from casebackend.staff import queries as staff
from casebackend.staff.model import Duty, User
from casebackend.staff.rules import DutyState
from casebackend.timeline.model import TimelineEntry


@dataclass(frozen=True, slots=True)
class Pool:
    """Everybody of the handling unit who handles cases: those who could take this one, and why others cannot."""

    ranked: list[Ranked]
    excluded: list[tuple[User, Excluded]]


async def here(session: AsyncSession, *, now: datetime) -> set[UUID]:
    """Handlers with an open session who have neither signed out nor declared themselves busy."""
    present = {user.id for user in await staff.at_work(session, HANDLER, now=now)}
    return present - set(await session.scalars(select(Duty.user_id).where(Duty.state != DutyState.FREE)))


async def pool(session: AsyncSession, case: Case, *, now: datetime) -> Pool:
    if case.handling_unit_id is None:
        return Pool([], [])
    people = [user for user in await staff.of_unit(session, case.handling_unit_id) if HANDLER in user.roles]
    present = await here(session, now=now)
    barred = await recusing.barred(session, case, people)
    first = await _first_handlers(session, case)
    excluded: list[tuple[User, Excluded]] = []
    able: list[User] = []
    for user in people:
        if user.id in first:
            excluded.append((user, Excluded.FIRST_HANDLER))
        elif user.id in barred:
            excluded.append((user, Excluded.RECUSED))
        elif user.id not in present:
            excluded.append((user, Excluded.OFF_DUTY))
        else:
            able.append(user)
    urgent = case.severity != ORDINARY or is_regulated(case)
    candidates = await _candidates(session, case, able)
    weights = await _weights(session, now)
    return Pool(ranked(candidates, weights, category=case.category_b, urgent=urgent), excluded)


async def _weights(session: AsyncSession, now: datetime) -> Weights:
    """Those in force today."""
    held = await in_force(session, now)
    return Weights(**{each.name: held.number(f"assignment.{each.name}") for each in fields(Weights)})


async def could_take(session: AsyncSession, case: Case, user_id: UUID, *, now: datetime) -> bool:
    """Also while he is not at his desk."""
    found = await pool(session, case, now=now)
    away = [user.id for user, why in found.excluded if why is Excluded.OFF_DUTY]
    return user_id in (*away, *(each.user_id for each in found.ranked))


async def _first_handlers(session: AsyncSession, case: Case) -> set[UUID]:
    """Whoever had the first complaint in hand at any time."""
    if case.parent_id is None:
        return set()
    moved = select(TimelineEntry.user_id).where(
        TimelineEntry.case_id == case.parent_id, TimelineEntry.move.in_(HANDLED), TimelineEntry.user_id.is_not(None)
    )
    last = await session.scalar(select(Case.handler_id).where(Case.id == case.parent_id))
    return {user for user in [*await session.scalars(moved), last] if user is not None}


async def _candidates(session: AsyncSession, case: Case, able: Collection[User]) -> list[Candidate]:
    ids = [user.id for user in able]
    if not ids:
        return []
    in_hand = await _in_hand(session, ids)
    like = await session.execute(
        select(Case.handler_id, func.count())
        .where(Case.handler_id.in_(ids), Case.category_b == case.category_b, Case.id != case.id)
        .group_by(Case.handler_id)
    )
    handled = {user: count for user, count in like}
    last = await _last_handler(session, case)
    return [
        Candidate(
            user.id,
            user.display_name,
            skilled=case.category_b in user.skills,
            handled_like=handled.get(user.id, 0),
            open_cases=in_hand[user.id],
            served_customer=user.id == last,
        )
        for user in able
    ]


async def _in_hand(session: AsyncSession, ids: Collection[UUID]) -> Counter[UUID]:
    """Received, or assigned and not yet received."""
    whose = func.coalesce(Case.handler_id, Case.assignee_id)
    rows = await session.execute(
        select(whose, func.count()).where(whose.in_(ids), Case.status.in_(IN_PROCESS)).group_by(whose)
    )
    return Counter({user: count for user, count in rows})


async def _last_handler(session: AsyncSession, case: Case) -> UUID | None:
    if case.customer_id is None:
        return None
    found: UUID | None = await session.scalar(
        select(Case.handler_id)
        .where(Case.customer_id == case.customer_id, Case.id != case.id, Case.handler_id.is_not(None))
        .order_by(Case.number.desc())
        .limit(1)
    )
    return found
