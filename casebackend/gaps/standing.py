"""Whether what was decided on a gap still holds."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.curation import queries
from casebackend.curation.model import Article, Phrasing
from casebackend.curation.rules import OPEN, PhrasingState
from casebackend.gaps import rules
from casebackend.gaps.model import Gap
from casebackend.gaps.rules import GapState, Origin

DROPPED = (PhrasingState.REFUSED, PhrasingState.WITHDRAWN)


async def reopens(session: AsyncSession, gap: Gap, origin: Origin, *, now: datetime) -> bool:
    waits, answered = await _waits(session, gap), await _answered(session, gap, now)
    return rules.reopens(GapState(gap.state), origin, waits=waits, answered=answered)


async def _waits(session: AsyncSession, gap: Gap) -> bool:
    """Somebody has still to say his word on it."""
    if gap.state == GapState.DRAFTED:
        under_way = exists().where(Article.id == gap.article_id, Article.status.in_(OPEN))
        return bool(await session.scalar(select(under_way)))
    return await _learned(session, gap) == PhrasingState.PROPOSED


async def _answered(session: AsyncSession, gap: Gap, now: datetime) -> bool:
    """By an entry in force for which nobody has refused the question."""
    if gap.article_id is None or await _learned(session, gap) in DROPPED:
        return False
    return await queries.in_force(session, gap.article_id, local_date(now))


async def _learned(session: AsyncSession, gap: Gap) -> str | None:
    query = select(Phrasing.state).where(Phrasing.article_id == gap.article_id, Phrasing.text == gap.question)
    found: str | None = await session.scalar(query.order_by(Phrasing.proposed_at.desc()).limit(1))
    return found
