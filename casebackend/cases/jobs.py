"""What follows later from what happened to a case: notices to the staff in charge."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import service as audit
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case, Notice
from casebackend.clocks.model import Timer
from casebackend.database import announce
from casebackend.timeline import service as timeline
from casebackend.timeline.rules import Kind


async def _notify(session: AsyncSession, case: Case, kind: str, cause: str, now: datetime) -> bool:
    """To the handler, else to the unit in charge; once for each cause."""
    if await session.scalar(select(Notice.id).where(Notice.cause == cause)) is not None:
        return False
    unit = case.handling_unit_id or case.unit_id
    session.add(Notice(case_id=case.id, cause=cause, kind=kind, user_id=case.handler_id, unit_id=unit, at=now))
    await session.flush()
    announce(session, "console")
    return True


async def on_urged(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    case = await session.get_one(Case, UUID(payload["case_id"]))
    await _notify(session, case, Kind.URGED, f"urged:{case.id}:{payload['count']}", now)


async def on_near_due(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    await _on_clock(session, payload, Kind.NEAR_DUE, now)


async def on_overdue(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    await _on_clock(session, payload, Kind.OVERDUE, now)


async def _on_clock(session: AsyncSession, payload: Mapping[str, Any], kind: Kind, now: datetime) -> None:
    """The clock may have been stopped since it struck; then nobody is bothered."""
    timer = await session.get_one(Timer, UUID(payload["timer_id"]))
    case = await session.get_one(Case, timer.case_id)
    if timer.stopped_at is not None or not await _notify(session, case, kind, f"{kind}:{timer.id}", now):
        return
    detail = {"clock": timer.kind, "seq": timer.seq, "derivation": timer.derivation}
    await timeline.append(
        session, case.id, kind, actor=SYSTEM.actor, actor_name=SYSTEM.display_name, now=now, detail=detail
    )
    await audit.record(
        session,
        chain=f"case:{case.id}",
        event=kind,
        actor=SYSTEM.actor,
        object=case.number,
        now=now,
        detail={"clock": timer.kind, "seq": timer.seq},
    )
