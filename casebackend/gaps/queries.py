from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.gaps import GapView
from casebackend.gaps.model import Gap
from casebackend.gaps.rules import ORIGIN_LABELS, STATE_LABELS, GapState, Origin
from casebackend.staff import queries as staff

MOST = 1_000


async def listed(session: AsyncSession, *, state: GapState | None, origin: Origin | None) -> Sequence[Gap]:
    """The most asked first."""
    query = select(Gap).order_by(Gap.times.desc(), Gap.last_at.desc(), Gap.id).limit(MOST)
    if state is not None:
        query = query.where(Gap.state == state)
    if origin is not None:
        query = query.where(Gap.origin == origin)
    return (await session.scalars(query)).all()


async def counts(session: AsyncSession) -> dict[str, int]:
    """How many there are of each state."""
    rows = await session.execute(select(Gap.state, func.count()).group_by(Gap.state))
    return {state: count for state, count in rows}


async def views(session: AsyncSession, gaps: Sequence[Gap]) -> list[GapView]:
    names = await staff.names(session, {gap.decided_by for gap in gaps if gap.decided_by})
    return [
        GapView(
            id=gap.id,
            question=gap.question,
            state=gap.state,
            state_label=STATE_LABELS[GapState(gap.state)],
            origin=gap.origin,
            origin_label=ORIGIN_LABELS[Origin(gap.origin)],
            times=gap.times,
            first_at=gap.first_at,
            last_at=gap.last_at,
            article_id=gap.article_id,
            reason=gap.reason,
            decided_by=names.get(gap.decided_by) if gap.decided_by else None,
            decided_at=gap.decided_at,
            version=gap.row_version,
        )
        for gap in gaps
    ]
