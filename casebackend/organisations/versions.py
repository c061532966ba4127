"""The rows of a unit's history."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import service as audit
from casebackend.organisations.model import Organisation, OrganisationVersion
from casebackend.organisations.rules import Change


@dataclass(frozen=True, slots=True)
class By:
    """Who changes it: the actor of the audit trail, and the name that people read."""

    actor: str
    name: str


def row(
    unit: Organisation, kind: Change, day: date, reason: str, by: By, *, seq: int, now: datetime
) -> OrganisationVersion:
    return OrganisationVersion(
        organisation_id=unit.id, seq=seq, change=kind, effective_from=day, name=unit.name,
        short_name=unit.short_name, level=unit.level, parent_id=unit.parent_id, aliases=list(unit.aliases),
        closed=unit.closed_on is not None, successor_id=unit.successor_id, reason=reason, actor=by.actor,
        actor_name=by.name, recorded_at=now,
    )  # fmt: skip


async def last(session: AsyncSession, unit_id: UUID) -> OrganisationVersion | None:
    found: OrganisationVersion | None = await session.scalar(
        select(OrganisationVersion)
        .where(OrganisationVersion.organisation_id == unit_id, OrganisationVersion.cancelled_at.is_(None))
        .order_by(OrganisationVersion.seq.desc())
        .limit(1)
    )
    return found


async def count(session: AsyncSession, unit_id: UUID) -> int:
    """Cancelled rows keep their number."""
    await session.flush()
    mine = OrganisationVersion.organisation_id == unit_id
    return await session.scalar(select(func.count()).select_from(OrganisationVersion).where(mine)) or 0


async def audited(
    session: AsyncSession, event: str, unit: Organisation, row: OrganisationVersion, by: By, now: datetime
) -> None:
    detail: dict[str, object] = {"seq": row.seq, "effective_from": row.effective_from.isoformat()}
    obj = f"unit:{unit.code}"
    await audit.record(session, chain="people", event=event, actor=by.actor, object=obj, now=now, detail=detail)
