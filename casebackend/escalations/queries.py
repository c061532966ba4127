from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import hearers
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.cases.turns import EARLY, at_turn, unit_in_charge
from casebackend.database import REMEMBERED
from casebackend.escalations.rules import Recipient
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.staff.rules import Role


async def acquainted(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, User]:
    """Asked at once for a whole batch; afterwards nobody asks for one of them."""
    found = {user.id: user for user in await session.scalars(select(User).where(User.id.in_(ids)))}
    session.info.get(REMEMBERED, {}).update({("user", id): found.get(id) for id in ids})
    return found


async def receivers(session: AsyncSession, case: Case, recipient: str, *, now: datetime) -> list[User]:
    """Nobody above: the complaint managers, so that no escalation ends nowhere."""
    match Recipient(recipient):
        case Recipient.HANDLER:
            return await at_turn(session, case, now=now)
        case Recipient.HEAD:
            return await hearers.leading(session, case, await _where(session, case, now), now=now)
        case Recipient.SUPERIOR | Recipient.SUPERIOR2 as which:
            above = await _above(session, case, now)
            place = 0 if which is Recipient.SUPERIOR else 1
            return above[place : place + 1] or above[-1:] or await hearers.managers(session, case, now=now)
        case Recipient.MANAGER:
            return await hearers.managers(session, case, now=now)
        case Recipient.EXECUTIVE:
            return await hearers.of_role(session, case, Role.EXECUTIVE, now=now)


async def _where(session: AsyncSession, case: Case, now: datetime) -> UUID | None:
    """Whose step it is: before it is given to a unit, that of those who review or dispatch it."""
    having = await at_turn(session, case, now=now) if Status(case.status) in EARLY else []
    return having[0].organisation_id if having else unit_in_charge(case)


async def _above(session: AsyncSession, case: Case, now: datetime) -> list[User]:
    having = await at_turn(session, case, now=now)
    chain = await staff.superiors(session, having[0]) if having else []
    return await hearers.seeing(session, case, chain, now=now)
