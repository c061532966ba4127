"""Whose turn it is on a case, as people: who reviews or dispatches it, decides on it, or has it in hand."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import of_user
from casebackend.access.principal import Kind
from casebackend.cases import admission, deciding, hearers, standing
from casebackend.cases.model import Case
from casebackend.cases.placing import is_head_office
from casebackend.cases.rules import LIFECYCLE, Move, Status
from casebackend.database import remembered
from casebackend.organisations.queries import tree
from casebackend.staff.model import User
from casebackend.staff.queries import of_unit, with_role
from casebackend.staff.rules import Role
from casebackend.timeline.model import TimelineEntry

# Before a case is given to anybody, a role of the unit where it lies makes the next move.
EARLY = {Status.PENDING_REVIEW: Move.ACCEPT, Status.ACCEPTED: Move.DISPATCH}


def unit_in_charge(case: Case) -> UUID | None:
    return case.handling_unit_id or case.unit_id


async def in_charge(session: AsyncSession, case: Case, *, now: datetime) -> list[User]:
    """The present handler, else who is to be, else who leads the unit in charge."""
    for user_id in (case.handler_id, case.assignee_id):
        user = await person(session, user_id) if user_id else None
        if user is not None and user.active and await hearers.seeing(session, case, [user], now=now):
            return [user]
    return await hearers.leading(session, case, unit_in_charge(case), now=now)


async def at_turn(session: AsyncSession, case: Case, *, now: datetime) -> list[User]:
    """Where the case waits to be reviewed or dispatched, those who may do it. Where it waits for a decision, first
    those who may take it; then whoever has the case, who has to act on what they decide before the same clocks end."""
    if Status(case.status) is Status.DRAFT:
        return await _creator(session, case, now) or await in_charge(session, case, now=now)
    if Status(case.status) in EARLY:
        return await early(session, case, now=now) or await in_charge(session, case, now=now)
    move = await deciding.due(session, case)
    able = await deciding.people(session, case, move) if move is not None else []
    ids = {user.id for user in able}
    return [*able, *(user for user in await in_charge(session, case, now=now) if user.id not in ids)]


async def early(session: AsyncSession, case: Case, *, now: datetime) -> list[User]:
    """Who may review or dispatch it, of the nearest unit where somebody may: from where it was dispatched before, then
    from where it was taken in, then from where it is to go; where none of these has anybody, of the whole bank."""
    return await remembered(session, ("early", case.id, case.version), lambda: _early(session, case, now))


async def _early(session: AsyncSession, case: Case, now: datetime) -> list[User]:
    known = await tree(session)
    for start in dict.fromkeys((await _dispatched_by(session, case), case.receiving_unit_id, unit_in_charge(case))):
        for unit in known.above(start):
            found = await _able(session, case, await of_unit(session, unit.id), now)
            if found:
                return found
    roles = LIFECYCLE[Status(case.status), EARLY[Status(case.status)]].by & set(Role)
    everybody = {user.id: user for role in sorted(roles) for user in await with_role(session, Role(role))}
    return await _able(session, case, list(everybody.values()), now)


async def _dispatched_by(session: AsyncSession, case: Case) -> UUID | None:
    """What comes back goes to the unit that had given it away, not to the one that did not want it."""
    if Status(case.status) is not Status.ACCEPTED:
        return None
    moved = TimelineEntry.case_id == case.id, TimelineEntry.move == Move.DISPATCH
    last = select(TimelineEntry.organisation_id).where(*moved).order_by(TimelineEntry.seq.desc()).limit(1)
    unit_id: UUID | None = await session.scalar(last)
    return unit_id


async def _able(session: AsyncSession, case: Case, people: Sequence[User], now: datetime) -> list[User]:
    """As the guards of the move itself would let them."""
    move = EARLY[Status(case.status)]
    roles = LIFECYCLE[Status(case.status), move].by
    found = []
    for user in people:
        principal = of_user(user)
        if roles.isdisjoint(user.roles) or await standing.own_work(session, case, move, principal):
            continue
        above = move in admission.BY_HEAD_OFFICE and admission.by_head_office(case)
        if above and not await is_head_office(session, user.organisation_id):
            continue
        found.append(user)
    return await hearers.seeing(session, case, found, now=now)


async def _creator(session: AsyncSession, case: Case, now: datetime) -> list[User]:
    creator = await registrar(session, case)
    return await hearers.seeing(session, case, [creator], now=now) if creator is not None else []


async def registrar(session: AsyncSession, case: Case) -> User | None:
    """The colleague who registered it, while he is there; a customer's own words were registered by nobody."""
    login = case.creator.removeprefix(f"{Kind.STAFF}:")
    if login == case.creator:
        return None
    found: User | None = await session.scalar(select(User).where(User.login == login, User.active))
    return found


async def person(session: AsyncSession, user_id: UUID) -> User | None:
    return await remembered(session, ("user", user_id), lambda: session.get(User, user_id))
