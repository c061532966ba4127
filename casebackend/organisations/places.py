"""Where a unit may stand."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.organisations import errors, queries
from casebackend.organisations.model import Organisation
from casebackend.organisations.rules import stands_under


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
