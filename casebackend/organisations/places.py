"""Where a unit may stand."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.organisations import errors, queries
from casebackend.organisations.model import Organisation, OrganisationVersion
from casebackend.organisations.rules import Change, stands_under


async def open_unit(session: AsyncSession, unit_id: UUID) -> Organisation:
    unit = await session.get(Organisation, unit_id)
    if unit is None:
        raise errors.UnitUnknown
    if unit.closed_on is not None:
        raise errors.UnitClosed
    return unit


def require_place(level: str, above: Organisation) -> None:
    if not stands_under(level, above.level):
        raise errors.WrongPlace("该层级的机构不能设在所选上级机构之下")


async def require_no_ring(session: AsyncSession, unit: Organisation, above: Organisation) -> None:
    if above.id in (await queries.fresh(session)).below(unit.id):
        raise errors.WrongPlace("不能归入本机构或其下级机构")


async def require_nothing_below(session: AsyncSession, unit: Organisation) -> None:
    below = await session.scalar(
        select(func.count()).where(Organisation.parent_id == unit.id, Organisation.closed_on.is_(None))
    )
    if below:
        raise errors.HasUnitsBelow(below)


async def require_still(session: AsyncSession, unit: Organisation, row: OrganisationVersion) -> None:
    """What was possible when it was planned, on its day: units may have come, moved or gone meanwhile."""
    target = row.successor_id if row.change == Change.MERGE else row.parent_id
    if row.change in (Change.MOVE, Change.MERGE) and target is not None:
        above = await open_unit(session, target)
        await require_no_ring(session, unit, above)
        if row.change == Change.MOVE:
            require_place(row.level, above)
    if row.change == Change.CREATE and target is not None:
        require_place(row.level, await open_unit(session, target))
    if row.change == Change.CLOSE:
        await require_nothing_below(session, unit)
