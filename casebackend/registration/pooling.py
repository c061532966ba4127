"""What somebody who left had begun to take down: handed to a successor, or taken up by a colleague of his unit."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.audit import service as audit
from casebackend.database import locked
from casebackend.registration.drafts import LISTED
from casebackend.registration.errors import RegistrationNotFound
from casebackend.registration.model import Registration
from casebackend.registration.rules import State
from casebackend.staff.rules import Role

# Who may take a matter down, as in access/matrix.yaml; the last two also for the units below them.
ABLE = frozenset({Role.INTAKE, Role.TEAM_LEAD, Role.COMPLAINT_MANAGER})
LEADING = frozenset({Role.TEAM_LEAD, Role.COMPLAINT_MANAGER})


async def begun_by(session: AsyncSession, user_id: UUID) -> Sequence[Registration]:
    query = select(Registration).where(Registration.user_id == user_id, Registration.state == State.SAVED)
    return (await session.scalars(query.order_by(Registration.created_at, Registration.id))).all()


async def hand_over(
    session: AsyncSession, registration_id: UUID, to: UUID | None, unit_id: UUID | None, *, by: str, now: datetime
) -> None:
    """`to` None: into the pool of the unit."""
    saved = await locked(session, Registration, registration_id)
    if saved is None:
        raise RegistrationNotFound
    saved.user_id, saved.pool_unit_id = to, None if to is not None else unit_id
    await session.flush()
    await _noted(session, "registration.handed_over", saved, by, now, to)


async def pooled(session: AsyncSession, by: Principal) -> Sequence[Registration]:
    """Of the own unit; a leader sees those of the units below as well."""
    near: ColumnElement[bool] = Registration.pool_unit_id == by.organisation_id
    if by.roles & LEADING:
        near = or_(near, (await scope_of(session, by)).condition(Registration.pool_unit_id))
    waiting = (Registration.pool_unit_id.is_not(None), Registration.state == State.SAVED)
    order = (Registration.updated_at.desc(), Registration.id)
    return (await session.scalars(select(Registration).where(near, *waiting).order_by(*order).limit(LISTED))).all()


async def take(session: AsyncSession, registration_id: UUID, *, by: Principal, now: datetime) -> Registration:
    """Of two who reach for it at once one has it; to the other it is no longer there."""
    await locked(session, Registration, registration_id)
    saved = next((each for each in await pooled(session, by) if each.id == registration_id), None)
    if saved is None or by.user_id is None:
        raise RegistrationNotFound
    saved.user_id, saved.pool_unit_id = by.user_id, None
    await session.flush()
    await _noted(session, "registration.taken", saved, by.actor, now, by.user_id)
    return saved


async def _noted(
    session: AsyncSession, event: str, saved: Registration, by: str, now: datetime, to: UUID | None
) -> None:
    detail = {"to": str(to) if to else None}
    await audit.record(
        session, chain="registrations", event=event, actor=by, object=str(saved.id), now=now, detail=detail
    )
