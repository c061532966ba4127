"""What a change of the tree means for people and open cases: none is left in a unit that is no more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind, Principal
from casebackend.api.organisations import ChangeUnit
from casebackend.cases import fields, filing
from casebackend.cases import service as cases
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, SYSTEM
from casebackend.organisations import changing
from casebackend.organisations.model import Organisation
from casebackend.organisations.versions import By
from casebackend.people import accounts, emptiness
from casebackend.people.errors import UnitStillBusy
from casebackend.registration import pooling
from casebackend.registration.model import Registration
from casebackend.registration.rules import State
from casebackend.reviews import handing
from casebackend.reviews import rules as reviews
from casebackend.reviews.model import Review
from casebackend.staff.model import User
from casebackend.tasks.model import Task
from casebackend.tasks.rules import PENDING
from casebackend.timeline.rules import Kind as Entry

MERGING = Principal(Kind.SERVICE, "restructuring", frozenset({SYSTEM}), display_name="机构撤并")


def by_of(principal: Principal) -> By:
    return By(principal.actor, principal.display_name or principal.name)


async def change(
    session: AsyncSession, unit: Organisation, command: ChangeUnit, *, by: Principal, now: datetime
) -> None:
    """`unit` is held. Closing needs an empty unit; merging takes people and open cases along."""
    if command.change == "close":
        await require_empty(session, unit.id)
    await changing.change(session, unit, command, by=by_of(by), now=now)


async def require_empty(session: AsyncSession, unit_id: UUID) -> None:
    if why := (await emptiness.busy(session, [unit_id])).get(unit_id):
        raise UnitStillBusy(why)


async def apply_planned(session: AsyncSession, version_id: UUID, *, now: datetime) -> None:
    """On its day. A unit that was empty when its closing was planned may not be so any more."""
    await changing.apply(session, version_id, closable=require_empty, now=now)


async def on_changed(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """After a merger, also one that was planned long before: whoever and whatever is there goes to the successor."""
    unit = await session.get(Organisation, UUID(str(payload["unit_id"])))
    if unit is None or unit.successor_id is None:
        return
    into = await session.get_one(Organisation, unit.successor_id)
    for user in (await session.scalars(select(User).where(User.organisation_id == unit.id).with_for_update())).all():
        await accounts.keep_scope(session, user, into.id)
        user.organisation_id = into.id
        await accounts.written(session, user, "user.changed", MERGING, now=now, detail={"fields": ["organisation_id"]})
        accounts.filled(session, user, now=now)
    handled = await session.scalars(
        select(Case.id).where(Case.handling_unit_id == unit.id, Case.status.in_(sorted(OPEN))).order_by(Case.number)
    )
    for case_id in handled.all():
        await _take_over(session, case_id, unit, into, now)
    waiting = select(Task).where(Task.unit_id == unit.id, Task.state.in_(PENDING)).with_for_update()
    for task in (await session.scalars(waiting)).all():
        task.unit_id = into.id
        case = await cases.hold(session, task.case_id)
        await session.flush()
        detail: dict[str, object] = {"task_id": str(task.id), "unit_id": str(into.id)}
        await filing.noted(session, case, Entry.TASK_HANDED_OVER, MERGING, now=now, detail=detail)
    await _around(session, unit, into, now)
    accounts.fewer(session, unit.id, now=now)


async def _around(session: AsyncSession, unit: Organisation, into: Organisation, now: datetime) -> None:
    """What colleagues who left had begun, and open reviews: who decided then stays as it was."""
    begun = select(Registration.id).where(Registration.pool_unit_id == unit.id, Registration.state == State.SAVED)
    for registration_id in (await session.scalars(begun)).all():
        await pooling.hand_over(session, registration_id, None, into.id, by=MERGING.actor, now=now)
    open_ = select(Review.id).where(Review.reviewing_unit_id == unit.id, Review.state.in_(sorted(reviews.OPEN)))
    for review_id in (await session.scalars(open_)).all():
        reason = f"{unit.name}并入{into.name}"
        await handing.to_unit(session, review_id, into.id, reason, principal=MERGING, now=now)


async def _take_over(
    session: AsyncSession, case_id: UUID, unit: Organisation, into: Organisation, now: datetime
) -> None:
    """Its handler comes with it. The unit complained of stays as it was: that is history."""
    case = await cases.hold(session, case_id)
    if case.handling_unit_id != unit.id:
        return
    before: dict[str, object] = {"handling_unit_id": unit.id}
    case.handling_unit_id = into.id
    reason = f"{unit.name}并入{into.name}"
    session.add_all(fields.signed(case, before, MERGING, reason=reason, now=now))
    await session.flush()
    await filing.written(session, case, Entry.UNITS_CHANGED, MERGING, now=now, opinion=reason, fields=before)
