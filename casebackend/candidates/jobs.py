"""What follows from the end of a case."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.candidates import service
from casebackend.candidates.model import Candidate
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.outbox import service as outbox

MOST = 50
# Nothing is redacted for its age sooner than this: such cases are left alone.
LOOKS_BACK = timedelta(days=730)
DUE = "candidate.due"
TURNS = frozenset({Move.CLOSE, Move.CLOSE_WITHOUT_FOLLOWUP, Move.REOPEN})


async def on_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Made under a message of its own: whatever is wrong with a candidate holds up no deadline and no colleague."""
    if payload.get("move") in TURNS:
        outbox.emit(session, DUE, {"case_id": payload["case_id"]}, now=now)


async def on_due(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Once for each end: filing it away afterwards changes nothing."""
    case = await session.get(Case, UUID(payload["case_id"]), populate_existing=True)
    if case is None:
        return
    if not service.suits(case):
        await service.withdraw(session, case)
        return
    made_at = await session.scalar(select(Candidate.made_at).where(Candidate.case_id == case.id))
    if made_at is None or (case.closed_at is not None and made_at < case.closed_at):
        await service.make(session, case, now=now)


async def missing(session: AsyncSession, now: datetime) -> Sequence[UUID]:
    """Closed before there were candidates."""
    known = select(Candidate.case_id).where(Candidate.case_id.is_not(None))
    query = select(Case.id).where(
        Case.status.in_(service.ENDED),
        Case.matter_type == service.COMPLAINT,
        Case.replied_at > now - LOOKS_BACK,
        Case.reply_text.is_not(None),
        Case.id.not_in(known),
    )
    return (await session.scalars(query.order_by(Case.id).limit(MOST))).all()


async def make_up(session: AsyncSession, case_id: UUID, now: datetime) -> None:
    case = await session.get(Case, case_id)
    if case is not None and service.suits(case):
        await service.make(session, case, now=now)
