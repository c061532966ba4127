"""Earlier complaints like this one: how they ended, what was paid, how long it took.

Whoever may open the earlier complaint sees its number and unit; of all others only what was left of it without its
people, and the month only where enough complaints share it. What lies under a legal hold is there for the former alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.precedents import Precedent
from casebackend.attachments.holds import LegalHold
from casebackend.candidates import queries as candidates
from casebackend.candidates.model import Candidate
from casebackend.candidates.rules import rare
from casebackend.candidates.service import ENDED, combination
from casebackend.candidates.views import outcome_of
from casebackend.cases import queries as cases
from casebackend.cases.model import Case
from casebackend.families.queries import links_of
from casebackend.organisations.queries import tree
from casebackend.precedents.index import Likeness, Precedents

SHOWN, LOOKED_AT = 5, 40


@dataclass(frozen=True, slots=True)
class _Reader:
    """`seen`: the numbers of the cases that he may open, by id."""

    seen: dict[UUID, Case]
    held: set[UUID]
    reopened: set[UUID]


async def for_case(
    session: AsyncSession, precedents: Precedents, case: Case, *, reader: Principal, now: datetime
) -> list[Precedent]:
    """Without the case itself and what belongs to it."""
    text = f"{case.facts}\n{case.demand}"
    found = await precedents.like(session, text, category=case.category_b, cause=case.cause_c, most=LOOKED_AT)
    return await _shown(session, found, reader=reader, without=await family(session, case), now=now)


async def for_text(
    session: AsyncSession, precedents: Precedents, text: str, *, reader: Principal, now: datetime
) -> list[Precedent]:
    found = await precedents.like(session, text, most=LOOKED_AT)
    return await _shown(session, found, reader=reader, without=(), now=now)


async def family(session: AsyncSession, case: Case) -> set[UUID]:
    """The case, its first and second complaints, what it was merged with or linked to, and what the same conversation
    or customer brought."""
    above = {case.id} | {id for id in (case.parent_id, case.master_id) if id is not None}
    same = [Case.parent_id.in_(above), Case.master_id.in_(above), Case.conversation_id == case.conversation_id]
    if case.customer_id is not None:
        same.append(Case.customer_id == case.customer_id)
    links = {id for link in await links_of(session, case.id) for id in (link.case_id, link.other_id)}
    return above | links | set(await session.scalars(select(Case.id).where(or_(*same))))


async def _shown(
    session: AsyncSession, found: list[Likeness], *, reader: Principal, without: Collection[UUID], now: datetime
) -> list[Precedent]:
    ids = [each.candidate_id for each in found]
    rows = {row.id: row for row in await session.scalars(select(Candidate).where(Candidate.id.in_(ids)))}
    known = await _seen(session, {row.case_id for row in rows.values() if row.case_id}, reader)
    k, held = await candidates.k_of(session, now), await candidates.held_by(session)
    units = (await tree(session)).units
    made: list[Precedent] = []
    for each in found:
        row = rows.get(each.candidate_id)
        if row is None or row.case_id in without or not _may(row, known):
            continue
        case = known.seen.get(row.case_id) if row.case_id else None
        unit = units.get(row.unit_id) if case is not None and row.unit_id else None
        month = row.month if case is not None or not rare(combination(row), held, k) else None
        made.append(
            _view(row, each, number=case.number if case else None, unit=unit.name if unit else None, month=month)
        )
    return made[:SHOWN]


def _may(row: Candidate, known: _Reader) -> bool:
    """What was taken up again has no outcome; what is held is kept from others."""
    if row.case_id is None or row.case_id in known.seen:
        return row.case_id not in known.reopened
    return row.case_id not in known.held | known.reopened


async def _seen(session: AsyncSession, case_ids: set[UUID], reader: Principal) -> _Reader:
    query = (await cases.scoped(session, reader, Case)).where(Case.id.in_(case_ids))
    seen = {case.id: case for case in await session.scalars(query)}
    standing = select(LegalHold.case_id).where(LegalHold.case_id.in_(case_ids), LegalHold.lifted_at.is_(None))
    open_again = select(Case.id).where(Case.id.in_(case_ids), Case.status.not_in(ENDED))
    return _Reader(seen, set(await session.scalars(standing)), set(await session.scalars(open_again)))


def _view(row: Candidate, like: Likeness, *, number: str | None, unit: str | None, month: str | None) -> Precedent:
    return Precedent(
        number=number,
        unit=unit,
        month=month,
        category=row.category,
        cause=row.cause,
        facts=row.facts,
        demand=row.demand,
        result=row.result,
        outcome=outcome_of(row),
        amount_band=row.amount_band or None,
        compensation_band=row.compensation_band,
        days=row.days,
        alike=round(100 * like.share),
    )
