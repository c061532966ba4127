from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import end_of_day
from casebackend.cases.model import Case
from casebackend.cases.rules import IN_PROCESS
from casebackend.clocks.model import Timer
from casebackend.organisations.model import Organisation
from casebackend.organisations.queries import subtree
from casebackend.organisations.rules import Level
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.staff.rules import Role

WHOLE_BANK = frozenset({Role.COMPLAINT_MANAGER, Role.EXECUTIVE})
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Counts:
    new: int
    handled: int
    overdue: int
    near_due: int


def late(now: datetime) -> ColumnElement[bool]:
    return exists().where(Timer.case_id == Case.id, Timer.stopped_at.is_(None), Timer.due_at <= now)


def near(now: datetime) -> ColumnElement[bool]:
    """Reminded of, and not late yet."""
    soon = exists().where(Timer.case_id == Case.id, Timer.stopped_at.is_(None), Timer.near_at <= now)
    return and_(soon, ~late(now))


def of_units(units: Collection[UUID] | None) -> ColumnElement[bool]:
    """None is the whole bank."""
    return true() if units is None else or_(Case.unit_id.in_(units), Case.handling_unit_id.in_(units))


async def leaders(session: AsyncSession) -> list[User]:
    found = {user.id: user for role in staff.LEADING for user in await staff.with_role(session, role)}
    return [user for user in found.values() if user.organisation_id is not None]


def root_of(user: User) -> UUID | None:
    return user.scope_unit_id or user.organisation_id


async def units_of(session: AsyncSession, user: User) -> set[UUID] | None:
    """A head's own unit with all below; of those who answer for the complaints of the bank, the bank. Whose view was
    set to another unit is told of that one."""
    root = root_of(user)
    if root is None:
        return set()
    unit = await session.get_one(Organisation, root)
    in_branch = unit.level in (Level.BRANCH, Level.SUBBRANCH)
    if unit.level == Level.HEAD or (WHOLE_BANK & set(user.roles) and not in_branch):
        return None
    return set(await subtree(session, unit.id))


async def counts(session: AsyncSession, units: Collection[UUID] | None, day: date, *, now: datetime) -> Counts:
    """What came in and was handled on `day`, and what is late or nearly so now."""
    begins, ends = end_of_day(day - ONE_DAY), end_of_day(day)
    replied = and_(Case.replied_at >= begins, Case.replied_at < ends)
    ended = and_(Case.replied_at.is_(None), Case.closed_at >= begins, Case.closed_at < ends)
    wanted = {
        "new": and_(Case.filed_at >= begins, Case.filed_at < ends),
        "handled": or_(replied, ended),
        "overdue": and_(Case.status.in_(IN_PROCESS), late(now)),
        "near_due": and_(Case.status.in_(IN_PROCESS), near(now)),
    }
    found = {}
    for name, condition in wanted.items():
        query = select(func.count()).select_from(Case).where(of_units(units), condition)
        found[name] = int(await session.scalar(query) or 0)
    return Counts(**found)
