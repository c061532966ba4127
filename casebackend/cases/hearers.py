"""Who of a role hears of a case: a role is held all over the bank, the case is seen by some of them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access import matrix
from casebackend.access.guard import of_user, rights_of
from casebackend.cases import recusing, standing
from casebackend.cases.model import Case
from casebackend.cases.placing import is_head_office
from casebackend.organisations.queries import tree
from casebackend.staff.model import User
from casebackend.staff.queries import LEADING, of_unit, with_role
from casebackend.staff.rules import Role

OPENS = "cases.case"


async def of_role(session: AsyncSession, case: Case, role: Role, *, now: datetime) -> list[User]:
    """Those who see the case. Where none does, those of head office: no word ends nowhere, and they can ask."""
    everybody = await with_role(session, role)
    return await seeing(session, case, everybody, now=now) or [
        user for user in everybody if await is_head_office(session, user.organisation_id)
    ]


async def managers(session: AsyncSession, case: Case, *, now: datetime) -> list[User]:
    return await of_role(session, case, Role.COMPLAINT_MANAGER, now=now)


async def seeing(session: AsyncSession, case: Case, users: Sequence[User], *, now: datetime) -> list[User]:
    """In their order: whoever has it, and those in whose scope it lies, while they may open a case at all; nobody who
    has to stay away from it."""
    seen = [
        user
        for user in users
        if await standing.has_say(session, case, of_user(user)) and await _opens(session, user, now)
    ]
    return await recusing.hearing(session, case, seen)


async def leading(
    session: AsyncSession,
    case: Case,
    unit_id: UUID | None,
    *,
    now: datetime,
    roles: Collection[str] = LEADING,
) -> list[User]:
    """Who leads the unit and sees the case; where nobody does, the nearest unit above where somebody does."""
    for unit in (await tree(session)).above(unit_id):
        found = [user for user in await of_unit(session, unit.id) if set(roles) & set(user.roles)]
        seen = await seeing(session, case, found, now=now)
        if seen:
            return seen
    return []


async def _opens(session: AsyncSession, user: User, now: datetime) -> bool:
    """A post or a permission group may have taken the function from him that shows a case."""
    principal = replace(of_user(user), rights=await rights_of(session, user, now))
    return matrix.load().allows(principal, OPENS, method="GET", path="")
