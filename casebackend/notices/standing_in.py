"""Who is told what nobody is there for: those who manage complaints, nearest to the unit that it is about."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import of_user
from casebackend.access.scope import scope_of
from casebackend.staff.model import User
from casebackend.staff.queries import with_role
from casebackend.staff.rules import Role

TOP = 10**9


async def stand_ins(session: AsyncSession, unit_id: UUID | None) -> list[User]:
    """The complaint managers of the organisation that the unit belongs to, else those who see the whole bank; where
    the bank has none of them, its executives."""
    for role in (Role.COMPLAINT_MANAGER, Role.EXECUTIVE):
        found = await _nearest(session, await with_role(session, role), unit_id)
        if found:
            return found
    return []


async def _nearest(session: AsyncSession, people: list[User], unit_id: UUID | None) -> list[User]:
    """Of a unit that nobody of them sees, and of no unit, those of the whole bank hear."""
    reach = {}
    for user in people:
        scope = await scope_of(session, of_user(user))
        if scope.allows(unit_id):
            reach[user.id] = TOP if scope.everything else len(scope.units)
    nearest = min(reach.values(), default=None)
    return [user for user in people if reach.get(user.id) == nearest] if reach else []
