"""What becomes of the wordings of somebody who leaves: his unit is offered them, for a while."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.replies import writing
from casebackend.replies.model import CannedReply, ReplyVersion
from casebackend.replies.rules import MOST_OF_A_UNIT, Reach, State, VersionState
from casebackend.staff.model import User

# So long a lead may take one over; then it is gone.
OFFERED_FOR = timedelta(days=30)


async def offered(session: AsyncSession, user_id: UUID, unit_id: UUID | None, *, now: datetime) -> int:
    """They wait for a lead of his unit like what was proposed to it, the latest words of each; without a unit, and
    beyond what a unit may have, they are removed. How many he had."""
    own = CannedReply.reach == Reach.PERSONAL, CannedReply.user_id == user_id
    found = (await session.scalars(select(CannedReply).where(*own).order_by(CannedReply.changed_at.desc()))).all()
    room = MOST_OF_A_UNIT - await _alive(session, unit_id) if unit_id else 0
    for reply in found[: max(room, 0)]:
        await _proposed(session, reply, unit_id, now)
    await session.flush()
    if gone := [reply.id for reply in found[max(room, 0) :]]:
        await writing.removed(session, gone)
    return len(found)


async def _alive(session: AsyncSession, unit_id: UUID) -> int:
    alive = CannedReply.state.in_((State.PROPOSED, State.IN_USE)), CannedReply.unit_id == unit_id
    return int(await session.scalar(select(func.count()).where(*alive)) or 0)


async def _proposed(session: AsyncSession, reply: CannedReply, unit_id: UUID | None, now: datetime) -> None:
    last = reply.number or 1
    of = ReplyVersion.reply_id == reply.id
    await session.execute(delete(ReplyVersion).where(of, ReplyVersion.number != last))
    await session.execute(update(ReplyVersion).where(of).values(state=VersionState.PROPOSED))
    reply.reach, reply.unit_id, reply.state = Reach.TEAM, unit_id, State.PROPOSED
    reply.number, reply.pending, reply.changed_at = None, last, now
    reply.row_version += 1


def _left_over(now: datetime) -> ColumnElement[bool]:
    """Undecided since the day its author left: what a lead has decided, or somebody changed, has another time."""
    left = select(User.left_at).where(User.id == CannedReply.user_id).scalar_subquery()
    waits = CannedReply.state == State.PROPOSED, CannedReply.reach == Reach.TEAM, CannedReply.pending.is_not(None)
    return (CannedReply.changed_at == left) & waits[0] & waits[1] & waits[2] & (left < now - OFFERED_FOR)


async def forget(session: AsyncSession, *, now: datetime) -> int:
    """What no lead wanted."""
    ids = (await session.scalars(select(CannedReply.id).where(_left_over(now)))).all()
    if ids:
        await writing.removed(session, ids)
    return len(ids)
