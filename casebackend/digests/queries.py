from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import of_user
from casebackend.calendar.rules import end_of_day
from casebackend.cases import queries as cases
from casebackend.cases import search
from casebackend.cases.model import Case
from casebackend.cases.search import Given
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
    """What is late is nearly late, too."""

    new: int
    handled: int
    overdue: int
    near_due: int


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


async def nearly_late_of(session: AsyncSession, user: User) -> Given:
    """The list of what is late or nearly so for this leader. The digest counts it, and its link opens it."""
    whole = await units_of(session, user) is None
    root = root_of(user)
    narrow: Given = {} if whole or root is None else {"concerned_tree": [root]}
    return {"near_due": [True]} | narrow


async def counts(session: AsyncSession, user: User, day: date, *, now: datetime) -> Counts:
    """What came in and was handled on `day`, and what is late or nearly so now, counted as the lists do."""
    units = await units_of(session, user)
    begins, ends = end_of_day(day - ONE_DAY), end_of_day(day)
    replied = and_(Case.replied_at >= begins, Case.replied_at < ends)
    ended = and_(Case.replied_at.is_(None), Case.closed_at >= begins, Case.closed_at < ends)
    wanted = {
        "new": and_(Case.filed_at >= begins, Case.filed_at < ends),
        "handled": or_(replied, ended),
    }
    found = {}
    for name, condition in wanted.items():
        query = select(func.count()).select_from(Case).where(of_units(units), condition)
        found[name] = int(await session.scalar(query) or 0)
    near = await nearly_late_of(session, user)
    late: Given = {name: values for name, values in near.items() if name != "near_due"} | {"overdue": [True]}
    for name, given in (("overdue", late), ("near_due", near)):
        listed = (await cases.scoped(session, of_user(user), func.count())).where(
            *await search.clauses(session, given, now=now)
        )
        found[name] = int(await session.scalar(listed) or 0)
    return Counts(**found)
