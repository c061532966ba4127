from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import deciding, hearers
from casebackend.cases.model import Case
from casebackend.database import REMEMBERED, remembered
from casebackend.escalations.rules import Recipient
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.staff.rules import Role


def unit_in_charge(case: Case) -> UUID | None:
    return case.handling_unit_id or case.unit_id


async def in_charge(session: AsyncSession, case: Case, *, now: datetime) -> list[User]:
    """The present handler, else who is to be, else who leads the unit in charge."""
    for user_id in (case.handler_id, case.assignee_id):
        user = await _user(session, user_id) if user_id else None
        if user is not None and user.active and await hearers.seeing(session, case, [user], now=now):
            return [user]
    return await hearers.leading(session, case, unit_in_charge(case), now=now)


async def at_turn(session: AsyncSession, case: Case, *, now: datetime) -> list[User]:
    """Where the case waits for a decision, first those who may take it; then whoever has the case, who has to act on
    what they decide before the same clocks end."""
    move = await deciding.due(session, case)
    able = await deciding.people(session, case, move) if move is not None else []
    ids = {user.id for user in able}
    return [*able, *(user for user in await in_charge(session, case, now=now) if user.id not in ids)]


async def _user(session: AsyncSession, user_id: UUID) -> User | None:
    return await remembered(session, ("user", user_id), lambda: session.get(User, user_id))


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
            return await hearers.leading(session, case, unit_in_charge(case), now=now)
        case Recipient.SUPERIOR | Recipient.SUPERIOR2 as which:
            above = await _above(session, case, now)
            place = 0 if which is Recipient.SUPERIOR else 1
            return above[place : place + 1] or above[-1:] or await hearers.managers(session, case, now=now)
        case Recipient.MANAGER:
            return await hearers.managers(session, case, now=now)
        case Recipient.EXECUTIVE:
            return await hearers.of_role(session, case, Role.EXECUTIVE, now=now)


async def _above(session: AsyncSession, case: Case, now: datetime) -> list[User]:
    having = await at_turn(session, case, now=now)
    chain = await staff.superiors(session, having[0]) if having else []
    return await hearers.seeing(session, case, chain, now=now)
