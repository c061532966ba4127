from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.service import hold
from casebackend.families import queries, service


async def on_filed(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    case = await hold(session, UUID(payload["case_id"]))
    await service.link_regulator(session, case, now=now)


async def on_related_anew(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """It may be the regulator's case that was put right, or what the same customer had complained of before."""
    for case_id in await queries.regulated_since(session, UUID(payload["case_id"])):
        case = await hold(session, case_id)
        await service.link_regulator(session, case, now=now)
