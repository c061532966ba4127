"""Which open cases and saved suggestions cite a version of the knowledge that is no longer the last word."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assist.model import SuggestionUse
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN
from casebackend.curation.model import Impact


async def on_published(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whatever cites an older version."""
    await _note(session, str(payload["article_id"]), int(payload["version"]) - 1, now)


async def on_retired(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whatever cites the entry at all."""
    await _note(session, str(payload["article_id"]), int(payload["version"]), now)


async def _note(session: AsyncSession, article_id: str, up_to: int, now: datetime) -> None:
    """Each use for each case once, however often it is told; what was reviewed and is overtaken again stays reviewed,
    because it is the same sentence that was looked at."""
    rows = await session.execute(
        select(SuggestionUse, Case.id)
        .join(Case, Case.conversation_id == SuggestionUse.conversation_id)
        .where(
            SuggestionUse.article_id == article_id,
            SuggestionUse.version <= up_to,
            or_(SuggestionUse.inserted_at.is_not(None), SuggestionUse.sent_at.is_not(None)),
            Case.status.in_(OPEN),
        )
        .order_by(SuggestionUse.shown_at)
    )
    noted = await session.execute(select(Impact.use_id, Impact.case_id).where(Impact.article_id == article_id))
    known = {(use_id, case_id) for use_id, case_id in noted}
    for use, case_id in rows:
        if (use.id, case_id) not in known:
            session.add(
                Impact(
                    article_id=article_id,
                    version=use.version,
                    case_id=case_id,
                    conversation_id=use.conversation_id,
                    use_id=use.id,
                    noted_at=now,
                    row_version=1,
                )
            )
    await session.flush()
