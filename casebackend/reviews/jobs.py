from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.model import Case
from casebackend.reviews import remanding


async def on_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    case = await session.get(Case, UUID(payload["case_id"]), populate_existing=True)
    if case is not None:
        await remanding.after_second(session, case, now)
