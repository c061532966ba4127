"""The login log: when, from where, with what outcome. Who is known by the user, never by what was typed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.paging import beyond, cursor_of, moment, read_cursor
from casebackend.staff.model import LoginAttempt, User

PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """None: whatever it is. `until` is not included. `login_key`: the keyed hash of a login."""

    since: datetime | None = None
    until: datetime | None = None
    user_id: UUID | None = None
    login_key: str | None = None
    address: str | None = None
    outcome: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.since is not None:
            found.append(LoginAttempt.at >= self.since)
        if self.until is not None:
            found.append(LoginAttempt.at < self.until)
        exact = {
            LoginAttempt.user_id: self.user_id,
            LoginAttempt.login_key: self.login_key,
            LoginAttempt.address: self.address,
            LoginAttempt.outcome: self.outcome,
        }
        return found + [column == value for column, value in exact.items() if value is not None]


async def read(
    session: AsyncSession, asked: Asked, *, cursor: str | None = None, limit: int = PAGE
) -> tuple[list[tuple[LoginAttempt, User | None]], str | None]:
    """Newest first, and the cursor of the following page."""
    order: list[Any] = [LoginAttempt.at, LoginAttempt.id]
    query = select(LoginAttempt, User).outerjoin(User, User.id == LoginAttempt.user_id).where(*asked.conditions())
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, [moment, UUID]), descending=True))
    rows = await session.execute(query.order_by(*(column.desc() for column in order)).limit(limit + 1))
    found: list[tuple[LoginAttempt, User | None]] = [(attempt, user) for attempt, user in rows]
    if len(found) <= limit:
        return found, None
    last, _ = found[limit - 1]
    return found[:limit], cursor_of([last.at.isoformat(), last.id])
