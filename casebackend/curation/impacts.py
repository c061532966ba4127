"""受影响: what cites a version that is no longer the last word. Who finds it stands above; here it is ticked off."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.audit import service as audit
from casebackend.curation import errors
from casebackend.curation.model import Impact
from casebackend.database import locked

CHAIN = "knowledge"


async def held(session: AsyncSession, impact_id: UUID) -> Impact:
    found = await locked(session, Impact, impact_id)
    if found is None:
        raise errors.ImpactUnknown
    return found


async def review(session: AsyncSession, row: Impact, *, by: Principal, now: datetime) -> None:
    """`row` is held. What was looked at stays so."""
    if row.reviewed_at is not None:
        return
    row.reviewed_at, row.reviewed_by = now, by.user_id
    row.row_version += 1
    await session.flush()
    await audit.record(
        session, chain=CHAIN, event="impact.reviewed", actor=by.actor, object=f"impact:{row.id}", now=now,
        detail={"article_id": row.article_id, "version": row.version},
    )  # fmt: skip
