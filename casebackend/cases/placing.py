"""Which unit takes in a matter and which one handles it, by rules that are data."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.scope import BRANCHES
from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import TO_UNIT
from casebackend.organisations.queries import tree


async def territorial_unit(
    session: AsyncSession, unit_id: UUID | None, day: date, *, matter: str = "complaint"
) -> UUID | None:
    """属地受理: the complained-of unit or the one above it, by its level; a report goes to the unit for reports."""
    units = await tree(session)
    to = catalogue().matters[matter].to
    if to not in (None, TO_UNIT):
        return await unit_of_code(session, to)
    unit = units.units.get(unit_id) if unit_id else None
    if unit is None:
        return None
    parent = catalogue().handled_by(unit.level, day) == "parent" and unit.parent_id
    return parent or unit.id


async def bot_unit(session: AsyncSession) -> UUID | None:
    """The unit that answers for what the bot takes in."""
    return await unit_of_code(session, catalogue().bot_unit)


async def unit_of_code(session: AsyncSession, code: str | None) -> UUID | None:
    return next((unit.id for unit in (await tree(session)).units.values() if unit.code == code), None)


async def is_head_office(session: AsyncSession, unit_id: UUID | None) -> bool:
    """Head office and its departments, as against a branch and the departments of a branch."""
    line = (await tree(session)).above(unit_id)
    return bool(line) and all(unit.level not in BRANCHES for unit in line)


async def is_branch(session: AsyncSession, unit_id: UUID | None) -> bool:
    return any(unit.level in BRANCHES for unit in (await tree(session)).above(unit_id))
