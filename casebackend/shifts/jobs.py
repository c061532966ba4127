"""Who left is on no duty any more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.shifts.model import Shift


async def on_left(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    ahead = select(Shift).where(
        Shift.user_id == UUID(str(payload["user_id"])), Shift.cancelled_at.is_(None), Shift.ends_at > now
    )
    for shift in (await session.scalars(ahead.with_for_update())).all():
        shift.cancelled_at, shift.cancel_reason = now, "人员离岗"
    await session.flush()
