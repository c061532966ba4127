"""A recording travels with the case: the unit that has to handle it may listen, for this case and for so many days."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.attachments.model import RecordingGrant
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.notices.thresholds import in_force

GIVES = frozenset({Move.DISPATCH, Move.TRANSFER, Move.REPORT_UP, Move.REOPEN})
GRANT_DAYS = "recording.grant_days"


async def follow(session: AsyncSession, case: Case, move: Move, principal: Principal, *, now: datetime) -> None:
    """In the transaction of the move: there is no moment at which the unit has the case and not its recordings."""
    if move not in GIVES or case.handling_unit_id is None:
        return
    days = (await in_force(session, now)).number(GRANT_DAYS)
    others = (RecordingGrant.case_id == case.id, RecordingGrant.expires_at > now)
    await session.execute(update(RecordingGrant).where(*others).values(expires_at=now))
    session.add(
        RecordingGrant(
            case_id=case.id,
            unit_id=case.handling_unit_id,
            granted_at=now,
            expires_at=now + timedelta(days=days),
            granted_by=principal.actor,
        )
    )
    await session.flush()
