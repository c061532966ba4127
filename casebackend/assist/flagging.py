"""有误: the entry is wrong, and the curators hear of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.assist import uses
from casebackend.curation import requests


async def flag(session: AsyncSession, use_id: UUID, reason: str, *, by: Principal, now: datetime) -> None:
    """Once for each card; the same again says the same."""
    before = (await uses.own(session, use_id, by)).flagged_at
    use = await uses.mark_flagged(session, use_id, reason, by=by, now=now)
    if before is None:
        text = f"第{use.version}版有误：{use.flagged_reason}"
        await requests.request_change(session, use.article_id, text, None, by, now)
