from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assignments.rules import Candidate, Ranked, Weights, ranked
from casebackend.cases import taking
from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.rules import IN_PROCESS
from casebackend.cases.taking import here as here
from casebackend.cases.words import Excluded
from casebackend.dictionaries.rules import ORDINARY
from casebackend.notices.thresholds import in_force
from casebackend.staff.model import User


@dataclass(frozen=True, slots=True)
class Pool:
    """Everybody of the handling unit who handles cases: those who could take this one, and why others cannot."""

    ranked: list[Ranked]
    excluded: list[tuple[User, Excluded]]


async def pool(session: AsyncSession, case: Case, *, now: datetime) -> Pool:
    people = await taking.handlers(session, case.handling_unit_id)
    if not people:
        return Pool([], [])
    why = await taking.excluded(session, case, people, now=now)
    able = [user for user in people if user.id not in why]
    excluded = [(user, why[user.id]) for user in people if user.id in why]
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
