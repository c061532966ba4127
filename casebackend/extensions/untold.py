"""What did not reach a customer and has no row of its own: noted in the history, asked for until it has been told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import filing, hearers
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Move, Status
from casebackend.cases.service import hold
from casebackend.extensions import rights
from casebackend.notices.service import Word, notify
from casebackend.notices.thresholds import in_force
from casebackend.outbox.service import emit
from casebackend.staff.model import User
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import Kind

UNTOLD = "notice.untold"
WHAT: dict[str, str] = {Move.SUSPEND: "暂停办理通知", Move.RESUME: "恢复办理通知"}
ANSWERS = (Kind.CONTACTED, Kind.NOTICE_ARRIVED)


async def lost(session: AsyncSession, case: Case, message_id: str, what: str, *, now: datetime) -> None:
    """Once for each message. The caller holds the case."""
    if message_id in [each for each, _ in await lost_before(session, [message_id], [case.id])]:
        return
    detail: dict[str, object] = {"message_id": message_id, "what": what}
    await filing.noted(session, case, Kind.NOTICE_LOST, SYSTEM, now=now, detail=detail)
    await _ask(session, case, message_id, what, 1, now=now)


async def on_untold(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Until a contact with the customer is on record, the message has arrived, or nobody needs it any more."""
    case = await hold(session, UUID(payload["case_id"]))
    if Status(case.status) not in OPEN or await _is_answered(session, case.id, payload["message_id"]):
        return
    await _ask(session, case, payload["message_id"], payload["what"], payload["round"], now=now)


async def lost_before(session: AsyncSession, said: Sequence[str], cases: Sequence[UUID]) -> list[tuple[str, UUID]]:
    """Which of these messages were said to be lost, each once, with the case."""
    noted = select(TimelineEntry.case_id, TimelineEntry.detail).where(
        TimelineEntry.case_id.in_(cases), TimelineEntry.kind == Kind.NOTICE_LOST
    )
    rows = [(str(detail.get("message_id")), case_id) for case_id, detail in await session.execute(noted)]
    return list(dict.fromkeys(row for row in rows if row[0] in said))


async def _is_answered(session: AsyncSession, case_id: UUID, message_id: str) -> bool:
    noted = select(TimelineEntry.kind, TimelineEntry.detail).where(
        TimelineEntry.case_id == case_id, TimelineEntry.kind.in_((*ANSWERS, Kind.NOTICE_LOST))
    )
    since = False
    for kind, detail in await session.execute(noted.order_by(TimelineEntry.seq)):
        mine = detail.get("message_id") == message_id
        if since and (kind == Kind.CONTACTED or (kind == Kind.NOTICE_ARRIVED and mine)):
            return True
        since = since or (kind == Kind.NOTICE_LOST and mine)
    return False


async def _ask(session: AsyncSession, case: Case, message_id: str, what: str, round_: int, *, now: datetime) -> None:
    """Whoever has it in hand; else who leads where it lies."""
    unit_id = rights.unit_of(case)
    handler = await session.get(User, case.handler_id) if case.handler_id else None
    having = [handler] if handler is not None and handler.active else []
    to = await hearers.seeing(session, case, having, now=now) or await hearers.leading(session, case, unit_id, now=now)
    word = Word(
        f"untold:{message_id}:{round_}", "notice.untold", "staff_notice_not_delivered",
        {"number": case.number, "what": WHAT[what]}, f"/cases/{case.number}#extensions", case_id=case.id,
    )  # fmt: skip
    await notify(session, word, to=to, unit_id=unit_id, now=now)
    wait = (await in_force(session, now)).hours("extension.untold_hours")
    payload: dict[str, object] = {
        "case_id": str(case.id), "message_id": message_id, "what": what, "round": round_ + 1,
    }  # fmt: skip
    emit(session, UNTOLD, payload, now=now, due_at=now + wait)
