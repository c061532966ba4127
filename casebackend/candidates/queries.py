"""Candidates by topic, and what of them a reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy import case as case_when
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.access.principal import Principal
from casebackend.candidates.errors import CandidateNotFound
from casebackend.candidates.model import Candidate
from casebackend.candidates.rules import Combination, Refusal, State
from casebackend.cases import queries as cases
from casebackend.cases import recusing
from casebackend.cases.model import Case
from casebackend.organisations.queries import tree
from casebackend.paging import beyond, cursor_of, moment, read_cursor
from casebackend.policies import service as policies

K = "knowledge.rare_below"
PRECEDENTS = "precedents"


@dataclass(frozen=True, slots=True)
class Topic:
    topic: str
    category: str
    cause: str
    count: int
    waiting: int
    last_seen: datetime


async def k_of(session: AsyncSession, now: datetime) -> int:
    return int((await policies.values_in_force(session, now))[K])


async def _count(session: AsyncSession) -> dict[Combination, int]:
    columns = Candidate.unit_id, Candidate.category, Candidate.month, Candidate.amount_band
    rows = await session.execute(select(*columns, func.count()).group_by(*columns))
    return {(str(unit or ""), category, month or "", band): n for unit, category, month, band, n in rows}


async def held_by(session: AsyncSession) -> dict[Combination, int]:
    """How many candidates share unit, class, month and band; kept until a candidate changes."""
    return await editions.kept(session, PRECEDENTS, _count, key="combinations")


async def topics(session: AsyncSession, state: State | None) -> list[Topic]:
    """The most frequent first, of those that hold a candidate in this state."""
    waiting = _how_many(State.NEW)
    query = select(
        Candidate.topic, Candidate.category, Candidate.cause, func.count(), waiting, func.max(Candidate.made_at)
    ).group_by(Candidate.topic, Candidate.category, Candidate.cause)
    if state is not None:
        query = query.having(_how_many(state) > 0)
    rows = (await session.execute(query)).all()
    found = [Topic(*row[:3], int(row[3]), int(row[4]), row[5]) for row in rows]
    return sorted(found, key=lambda each: (-each.waiting, -each.count, each.topic))


def _how_many(state: State) -> ColumnElement[int]:
    return func.sum(case_when((Candidate.state == state, 1), else_=0))


async def page(
    session: AsyncSession, *, state: State | None, topic: str | None, cursor: str | None = None, limit: int = 50
) -> tuple[Sequence[Candidate], str | None]:
    """The latest first."""
    order: tuple[Any, ...] = (Candidate.made_at, Candidate.id)
    query = select(Candidate)
    if state is not None:
        query = query.where(Candidate.state == state)
    if topic is not None:
        query = query.where(Candidate.topic == topic)
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, [moment, UUID]), descending=True))
    rows = (await session.scalars(query.order_by(*(each.desc() for each in order)).limit(limit + 1))).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], cursor_of([last.made_at.isoformat(), last.id]) if last is not None else None


async def candidate(session: AsyncSession, candidate_id: UUID) -> Candidate:
    found = await session.get(Candidate, candidate_id)
    if found is None:
        raise CandidateNotFound
    return found


async def case_before(session: AsyncSession, row: Candidate, reader: Principal) -> Case | None:
    """The case itself, for whoever may open it and need not stay away from it; None for everybody else."""
    if row.case_id is None:
        return None
    case = await cases.visible(session, reader, str(row.case_id))
    if case is None or await recusing.why_barred(session, case, reader) is not None:
        return None
    return case


async def shown_unit(session: AsyncSession, row: Candidate, *, is_rare: bool) -> str | None:
    if is_rare or row.unit_id is None:
        return None
    unit = (await tree(session)).units.get(row.unit_id)
    return unit.name if unit is not None else None


def usable() -> ColumnElement[bool]:
    """What may be shown as an earlier case: not what was refused because people could be told from it."""
    badly = (Candidate.refusal == Refusal.REDACTION).is_not(True)
    return badly & (Candidate.facts != "")
