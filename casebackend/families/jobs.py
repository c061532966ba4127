from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.service import hold
from casebackend.families import service


async def on_filed(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    case = await hold(session, UUID(payload["case_id"]))
    await service.link_regulator(session, case, now=now)
