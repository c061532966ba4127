from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import Kind


def first(case_id: UUID, kind: Kind, *, now: datetime, **entry: Any) -> TimelineEntry:
    """The first entry of a case that is being made, for `insert_rows`: nothing is asked."""
    return TimelineEntry(case_id=case_id, seq=1, at=now, kind=kind, **entry)


async def append(
    session: AsyncSession,
    case_id: UUID,
    kind: Kind,
    *,
    actor: str,
    actor_name: str,
    now: datetime,
    move: str | None = None,
    opinion: str | None = None,
    from_status: str | None = None,
    to_status: str | None = None,
    detail: Mapping[str, Any] | None = None,
    user_id: UUID | None = None,
    organisation_id: UUID | None = None,
    unit_id: UUID | None = None,
    due_at: datetime | None = None,
) -> TimelineEntry:
    last = await session.scalar(select(func.max(TimelineEntry.seq)).where(TimelineEntry.case_id == case_id))
    entry = TimelineEntry(
        case_id=case_id,
        seq=(last or 0) + 1,
        at=now,
        actor=actor,
        actor_name=actor_name,
        user_id=user_id,
        organisation_id=organisation_id,
        unit_id=unit_id,
        due_at=due_at,
        kind=kind,
        move=move,
        opinion=opinion,
        from_status=from_status,
        to_status=to_status,
        detail=dict(detail or {}),
    )
    session.add(entry)
    await session.flush()
    return entry


async def last_places(session: AsyncSession, case_ids: Collection[UUID]) -> dict[UUID, int]:
    """The `seq` of the last entry of each case. Only whoever holds the cases may count on."""
    query = select(TimelineEntry.case_id, func.max(TimelineEntry.seq)).where(TimelineEntry.case_id.in_(case_ids))
    return {case_id: seq for case_id, seq in await session.execute(query.group_by(TimelineEntry.case_id))}
