from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.shifts import HandoverItemView, HandoverView, ShiftView, StateEventView, StateView
from casebackend.organisations.queries import tree
from casebackend.shifts.model import Handover, HandoverItem, Shift
from casebackend.shifts.rules import KIND_NAMES, OVER, STATE_NAMES, HandoverState
from casebackend.staff import duty
from casebackend.staff.model import DutyEvent, User
from casebackend.staff.queries import names, present_ids
from casebackend.staff.rules import CASE_ROLES, DUTY_NAMES, DutyState


async def _seen(session: AsyncSession, by: Principal, column: Any, unit_id: UUID | None) -> Any:
    scope = await scope_of(session, by)
    seen = or_(scope.condition(column), column == by.organisation_id)
    if unit_id is None:
        return seen
    return seen & column.in_((await tree(session)).below(unit_id))


async def shifts(
    session: AsyncSession, by: Principal, *, since: datetime, until: datetime, unit_id: UUID | None = None
) -> Sequence[Shift]:
    """Those that touch the period, in their order; also cancelled ones."""
    query = select(Shift).where(
        await _seen(session, by, Shift.unit_id, unit_id), Shift.starts_at < until, Shift.ends_at > since
    )
    return (await session.scalars(query.order_by(Shift.starts_at, Shift.id).limit(1000))).all()


async def handovers(
    session: AsyncSession, by: Principal, *, unit_id: UUID | None = None, most: int = 100
) -> Sequence[Handover]:
    """What waits stands first, then the newest."""
    query = select(Handover).where(await _seen(session, by, Handover.unit_id, unit_id))
    order = (Handover.state.in_(sorted(OVER)), Handover.given_at.desc(), Handover.id)
    return (await session.scalars(query.order_by(*order).limit(most))).all()


async def colleagues(session: AsyncSession, by: Principal, *, most: int = 500) -> Sequence[User]:
    """Active people with a case role, of the own unit and of what one sees."""
    query = select(User).where(await _seen(session, by, User.organisation_id, None), User.active)
    found = (await session.scalars(query.order_by(User.login).limit(most))).all()
    return [user for user in found if CASE_ROLES & set(user.roles)]


async def shift_views(session: AsyncSession, found: Sequence[Shift]) -> list[ShiftView]:
    people, units = await names(session, [each.user_id for each in found]), (await tree(session)).units
    fields = [name for name in ShiftView.model_fields if name not in ("unit", "person")]
    return [
        ShiftView(
            **{name: getattr(each, name) for name in fields},
            unit=units[each.unit_id].name,
            person=people.get(each.user_id, ""),
        )
        for each in found
    ]


async def handover_views(session: AsyncSession, found: Sequence[Handover]) -> list[HandoverView]:
    ids = [each.id for each in found]
    rows = await session.scalars(
        select(HandoverItem)
        .where(HandoverItem.handover_id.in_(ids))
        .order_by(HandoverItem.handover_id, HandoverItem.seq)
    )
    items: dict[UUID, list[HandoverItemView]] = {}
    for row in rows:
        items.setdefault(row.handover_id, []).append(
            HandoverItemView(
                kind=row.kind, kind_label=KIND_NAMES[row.kind], subject_id=row.subject_id, label=row.label, own=row.own,
                due_at=row.due_at,
            )
        )  # fmt: skip
    people = await names(session, [one for each in found for one in (each.giver_id, each.to_id, each.taker_id)])
    units = (await tree(session)).units
    same = ("id", "unit_id", "given_at", "note", "state", "taken_at", "answer", "version")
    return [
        HandoverView(
            **{name: getattr(each, name) for name in same},
            unit=units[each.unit_id].name,
            giver=people.get(each.giver_id, ""),
            to=people.get(each.to_id) if each.to_id else None,
            taker=people.get(each.taker_id) if each.taker_id else None,
            state_label=STATE_NAMES[HandoverState(each.state)],
            open_items=items.get(each.id, []),
        )
        for each in found
    ]


async def state_views(session: AsyncSession, people: Sequence[User], *, now: datetime) -> list[StateView]:
    said = await duty.states(session, [user.id for user in people])
    here, units = await present_ids(session, now=now), (await tree(session)).units
    found = []
    for user in people:
        row = said.get(user.id)
        state = DutyState(row.state) if row else DutyState.FREE
        found.append(
            StateView(
                user_id=user.id,
                person=user.display_name,
                unit=units[user.organisation_id].name if user.organisation_id in units else None,
                present=user.id in here,
                state=state,
                state_label=DUTY_NAMES[state],
                reason=row.reason if row else None,
                at=row.at if row else None,
            )
        )
    return found


def event_view(event: DutyEvent) -> StateEventView:
    label = DUTY_NAMES[DutyState(event.state)]
    return StateEventView(
        state=event.state, state_label=label, reason=event.reason, forced=event.forced, by_name=event.by_name,
        at=event.at,
    )  # fmt: skip
