from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.staff.model import LoginAttempt, LoginSession, User
from casebackend.staff.rules import ABSOLUTE, IDLE


async def names(session: AsyncSession, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {id for id in ids if id is not None}
    rows = await session.execute(select(User.id, User.display_name).where(User.id.in_(wanted)))
    return {id: name for id, name in rows}


async def at_work(session: AsyncSession, role: str, *, now: datetime) -> list[User]:
    """Active users of a role with an open session."""
    rows = await session.scalars(
        select(User)
        .where(
            User.active,
            User.id.in_(
                select(LoginSession.user_id).where(
                    LoginSession.ended_at.is_(None),
                    LoginSession.seen_at > now - IDLE,
                    LoginSession.created_at > now - ABSOLUTE,
                )
            ),
        )
        .order_by(User.login)
    )
    return [user for user in rows if role in user.roles]


async def login_log(
    session: AsyncSession, *, user_id: UUID | None = None, limit: int = 100
) -> list[tuple[LoginAttempt, User | None]]:
    """Newest first; of one user, or of all."""
    query = select(LoginAttempt, User).outerjoin(User, User.id == LoginAttempt.user_id)
    if user_id is not None:
        query = query.where(LoginAttempt.user_id == user_id)
    rows = await session.execute(query.order_by(LoginAttempt.at.desc()).limit(limit))
    return [(attempt, user) for attempt, user in rows]
