"""A request that ended with its clock, and a new day that the customer has not been told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.rules import OPEN, Status
from casebackend.cases.service import hold
from casebackend.extensions import lapsing, telling
from casebackend.extensions.model import Extension, Material
from casebackend.extensions.rules import State


async def on_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    case_id = UUID(payload["case_id"])
    waiting = select(Extension.id).where(Extension.case_id == case_id, Extension.state == State.REQUESTED)
    if await session.scalar(waiting) is not None:
        await lapsing.end_stale(session, await hold(session, case_id), now=now)


async def on_untold(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Until the telling is on record, or nobody needs it any more."""
    changed: Extension | Material
    if payload["what"] == telling.MATERIAL:
        changed = await session.get_one(Material, UUID(payload["id"]), populate_existing=True)
    else:
        changed = await session.get_one(Extension, UUID(payload["id"]), populate_existing=True)
    case = await hold(session, changed.case_id)
    if changed.notified_at is None and Status(case.status) in OPEN:
        await telling.ask_staff(session, case, changed, payload["round"], now=now)
