"""Signed in and free, busy with a reason, or signed out. Talks and cases go to whoever is free."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.database import announce, locked
from casebackend.dictionaries.queries import has_name
from casebackend.errors import Unprocessable
from casebackend.staff.model import Duty, DutyEvent
from casebackend.staff.rules import DutyState

BUSY_REASON = "busy_reason"


class ReasonMissing(Unprocessable):
    slug, title = "duty-reason-missing", "请选择原因"

    def __init__(self) -> None:
        super().__init__("示忙须从列表中选择原因；由负责人变更他人状态须写明原因")


async def set_state(
    session: AsyncSession,
    user_id: UUID,
    state: DutyState,
    reason: str | None,
    *,
    by_id: UUID,
    by_name: str,
    now: datetime,
) -> Duty:
    """The same again changes nothing and is no event. `by_id` another than `user_id`: a lead forces it."""
    forced = by_id != user_id
    if forced and not reason:
        raise ReasonMissing
    if not forced and state is DutyState.BUSY and not await has_name(session, BUSY_REASON, reason or ""):
        raise ReasonMissing
    kept = reason if forced or state is DutyState.BUSY else None
    row = await locked(session, Duty, user_id)
    if row is None:
        row = Duty(user_id=user_id, state=DutyState.FREE, at=now)
        session.add(row)
    elif row.state == state and row.reason == kept:
        return row
    row.state, row.reason, row.at = state, kept, now
    session.add(
        DutyEvent(user_id=user_id, state=state, reason=kept, forced=forced, by_id=by_id, by_name=by_name, at=now)
    )
    await session.flush()
    announce(session, "console")
    return row


async def states(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Duty]:
    """Whoever is not in it never said anything, and counts as free."""
    rows = await session.scalars(select(Duty).where(Duty.user_id.in_(ids)))
    return {row.user_id: row for row in rows}


async def events(session: AsyncSession, user_id: UUID, *, most: int = 200) -> Sequence[DutyEvent]:
    """Newest first."""
    query = select(DutyEvent).where(DutyEvent.user_id == user_id).order_by(DutyEvent.at.desc(), DutyEvent.id)
    return (await session.scalars(query.limit(most))).all()
