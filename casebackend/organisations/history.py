"""How units were called and where they stood on a day gone by."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.organisations import queries
from casebackend.organisations.model import OrganisationVersion
from casebackend.organisations.tree import Tree, Unit

type Dated = tuple[date, Unit]


async def of_unit(session: AsyncSession, unit_id: UUID) -> list[OrganisationVersion]:
    """Newest first, also what is planned and what was cancelled."""
    mine = OrganisationVersion.organisation_id == unit_id
    found = await session.scalars(select(OrganisationVersion).where(mine).order_by(OrganisationVersion.seq.desc()))
    return list(found)


async def _dated(session: AsyncSession) -> Mapping[UUID, tuple[Dated, ...]]:
    rows = await session.scalars(
        select(OrganisationVersion)
        .where(OrganisationVersion.applied_at.is_not(None))
        .order_by(OrganisationVersion.effective_from, OrganisationVersion.seq)
    )
    found: dict[UUID, tuple[Dated, ...]] = {}
    for row in rows:
        unit = Unit(row.organisation_id, "", row.name, row.short_name, row.level, row.parent_id, row.closed)
        found[row.organisation_id] = (*found.get(row.organisation_id, ()), (row.effective_from, unit))
    return found


async def named_on(session: AsyncSession, day: date) -> Tree:
    """Today's tree with the names of that day. What never changed is called as it is."""
    current = await queries.tree(session)
    dated = await editions.kept(session, queries.ORGANISATIONS, _dated, key="dated")
    then = [[unit for since, unit in each if since <= day] or [each[0][1]] for each in dated.values()]
    return current.with_names(units[-1] for units in then)
