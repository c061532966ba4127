"""A request stands as long as the clock it was made for."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import filing
from casebackend.cases.model import Case
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import StopReason
from casebackend.extensions.model import Extension
from casebackend.extensions.rules import State
from casebackend.timeline.rules import Kind


async def stands(session: AsyncSession, extension: Extension) -> bool:
    """A pause and what runs on after it are still the same clock."""
    asked = await session.get_one(Timer, extension.timer_id)
    since = select(Timer.stop_reason).where(
        Timer.case_id == asked.case_id, Timer.kind == asked.kind, Timer.seq >= asked.seq
    )
    return all(reason in (None, StopReason.SUSPENDED) for reason in await session.scalars(since))


async def end_stale(session: AsyncSession, case: Case, *, now: datetime) -> None:
    """The caller holds the case."""
    waiting = await session.scalar(
        select(Extension).where(Extension.case_id == case.id, Extension.state == State.REQUESTED).with_for_update()
    )
    if waiting is None or await stands(session, waiting):
        return
    waiting.state, waiting.decided_at = State.LAPSED, now
    await session.flush()
    detail: dict[str, object] = {"level": waiting.level, "state": waiting.state}
    await filing.noted(session, case, Kind.EXTENSION_DECIDED, filing.SYSTEM, now=now, detail=detail)
