"""Which units a principal may look into. Out of scope is 404: one does not learn that there is something."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind, Principal
from casebackend.organisations.queries import tree
from casebackend.staff.rules import CASE_ROLES


@dataclass(frozen=True, slots=True)
class Scope:
    """`everything` for head office and programs; otherwise the own unit and what lies under it."""

    everything: bool
    units: frozenset[UUID]

    def allows(self, *units: UUID | None) -> bool:
        return self.everything or any(unit in self.units for unit in units)

    def condition(self, *columns: Any) -> ColumnElement[bool]:
        """For a WHERE: one of the columns holds a unit in scope."""
        if self.everything:
            return true()
        if not self.units:
            return false()
        return or_(*(column.in_(self.units) for column in columns))


EVERYTHING = Scope(everything=True, units=frozenset())
NOTHING = Scope(everything=False, units=frozenset())
BRANCHES = frozenset({"branch", "subbranch", "outlet"})


async def scope_of(session: AsyncSession, principal: Principal) -> Scope:
    """From the unit that was named for this person, else from his own, downwards; departments of the head office see
    the whole bank. The tree is kept by its edition: a move in it holds with the next request."""
    if principal.kind is Kind.SERVICE:
        return EVERYTHING
    root = principal.scope_unit_id or principal.organisation_id
    if not principal.roles & CASE_ROLES:
        return NOTHING
    return await scope_below(session, root)


async def scope_below(session: AsyncSession, root: UUID | None) -> Scope:
    """What is seen from a unit downwards."""
    units = await tree(session)
    if root not in units.units:
        return NOTHING
    if all(unit.level not in BRANCHES for unit in units.above(root)):
        return EVERYTHING
    return Scope(everything=False, units=units.below(root))
