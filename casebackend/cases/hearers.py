"""Who of a role hears of a case: a role is held all over the bank, the case is seen by some of them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import of_user
from casebackend.cases import standing
from casebackend.cases.model import Case
from casebackend.cases.placing import is_head_office
from casebackend.staff.model import User
from casebackend.staff.queries import with_role
from casebackend.staff.rules import Role


async def of_role(session: AsyncSession, case: Case, role: Role) -> list[User]:
    """Those who see the case. Where none does, those of head office: no word ends nowhere, and they can ask."""
    everybody = await with_role(session, role)
    return await seeing(session, case, everybody) or [
        user for user in everybody if await is_head_office(session, user.organisation_id)
    ]


async def managers(session: AsyncSession, case: Case) -> list[User]:
    return await of_role(session, case, Role.COMPLAINT_MANAGER)


async def seeing(session: AsyncSession, case: Case, users: Sequence[User]) -> list[User]:
    """In their order: whoever has it, and those in whose scope it lies."""
    return [user for user in users if await standing.has_say(session, case, of_user(user))]
