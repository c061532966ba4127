from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.retention import queries, service
from casebackend.retention.model import RedactionRun
from casebackend.retention.redacting import redact

AT_ONCE = 5


async def approved(session: AsyncSession) -> RedactionRun | None:
    found: RedactionRun | None = await session.scalar(
        select(RedactionRun)
        .where(RedactionRun.approved_at.is_not(None), RedactionRun.done_at.is_(None))
        .order_by(RedactionRun.approved_at)
        .limit(1)
    )
    return found


async def carry_out(session: AsyncSession, *, now: datetime, after: UUID | None = None) -> UUID | None:
    """The next families of the approved run; where to go on, or None when it is done. Killed between two
    transactions it begins anew: what is redacted is not found again."""
    run = await approved(session)
    if run is None:
        return None
    found = await queries.candidates(session, run.as_of, after=after, most=AT_ONCE)
    for case_id in found:
        run.redacted += await redact(session, case_id, run, today=run.as_of, now=now)
    if len(found) < AT_ONCE:
        await service.finish_run(session, run, now=now)
        return None
    await session.flush()
    return found[-1]
