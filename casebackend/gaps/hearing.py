"""A draft that was made for a gap and is withdrawn leaves the gap open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.curation import queries
from casebackend.curation.rules import ArticleStatus
from casebackend.curation.service import SYSTEM
from casebackend.gaps import service
from casebackend.gaps.rules import GapState


async def on_stepped(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    row = await queries.version(session, str(payload["article_id"]), int(payload["version"]))
    if row.origin != "gap" or row.origin_id is None or row.status != ArticleStatus.WITHDRAWN:
        return
    gap = await service.held(session, row.origin_id)
    if gap.state == GapState.DRAFTED and gap.article_id == row.id:
        await service.reopen(session, gap, actor=SYSTEM, now=now)
