"""What follows later from what happened to a case: the receipt if need be, and the archive."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from casebackend.api.cases import MoveCase
from casebackend.api.conversations import Reply
from casebackend.calendar.rules import local_date
from casebackend.cases import clockwork
from casebackend.cases.filing import SYSTEM, noted, written
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Move, Status
from casebackend.cases.service import hold, move_case
from casebackend.clocks.model import Timer
from casebackend.clocks.queries import limit_on, running
from casebackend.clocks.rules import CONTACT, StopReason
from casebackend.clocks.service import halt
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Message
from casebackend.conversations.rules import CARRIED_BY_US, Author
from casebackend.database import locked
from casebackend.notifications.words import first_known, words
from casebackend.organisations.model import Organisation
from casebackend.timeline.rules import Kind

ARCHIVED_AT_ONCE = 20
IN_CONVERSATION = "坐席已在会话中联系客户"


async def on_filed(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """The bot tells the number. If a person took over before it could, or it died, we tell it."""
    case = await session.get_one(Case, UUID(payload["case_id"]))
    if case.channel not in CARRIED_BY_US:
        return
    await conversations.hold(session, case.conversation_id)
    told = select(Message.id).where(
        Message.conversation_id == case.conversation_id,
        Message.author != Author.CUSTOMER,
        Message.at >= case.filed_at,
        Message.text.contains(case.number),
    )
    if await session.scalar(told.limit(1)) is not None:
        return
    receipt = await _receipt(session, case)
    await conversations.say(session, case.conversation_id, author=Author.SYSTEM, replies=[Reply(text=receipt)], now=now)


async def _receipt(session: AsyncSession, case: Case) -> str:
    """In the words of its matter; a day is named only where one is promised."""
    unit = await session.get(Organisation, case.unit_id) if case.unit_id else None
    told = words(
        f"case_receipt_{case.matter_type}",
        number=case.number,
        unit=unit.name if unit else words("case_unit_unknown"),
    )
    day = case.promised_on
    if day is None:
        return told
    by = first_known(f"case_receipt_by_{case.matter_type}_{case.status}", "case_receipt_by")
    return told + words(by, promised_on=f"{day.year}年{day.month}月{day.day}日")


async def on_agent_spoke(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever writes to the customer in the conversation of a case has made the first contact."""
    at = datetime.fromisoformat(payload["at"])
    waiting = await session.scalars(
        select(Case.id)
        .join(Timer, Timer.case_id == Case.id)
        .where(
            Case.conversation_id == UUID(payload["conversation_id"]),
            Timer.kind == CONTACT,
            Timer.stopped_at.is_(None),
            Timer.started_at <= at,
        )
    )
    for case_id in waiting.all():
        case = await hold(session, case_id)
        mine = [timer for timer in await running(session, case_id) if timer.kind == CONTACT]
        if mine:
            halt(mine, at=at, reason=StopReason.DONE)
            await session.flush()
            detail: dict[str, object] = {"first": True}
            await noted(session, case, Kind.CONTACTED, SYSTEM, now=now, opinion=IN_CONVERSATION, detail=detail)


async def on_clock_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """After another calendar: the day that the case promises is that of its running clock."""
    case = await locked(session, Case, UUID(payload["case_id"]))
    promised = await clockwork.promised_on(session, case) if case is not None else None
    if case is None or promised is None or promised == case.promised_on:
        return
    case.promised_on = promised
    await session.flush()
    await written(session, case, Kind.RECOMPUTED, SYSTEM, now=now, fields=["promised_on"])


async def archive_due(session: AsyncSession, *, now: datetime, held: ColumnElement[bool] | None = None) -> int:
    """Closed long enough; a case with an open second complaint stays, a merged one until its master goes, and what is
    `held` for another reason."""
    limit = await limit_on(session, "archive", local_date(now))
    if limit is None:
        return 0
    second, master = aliased(Case), aliased(Case)
    gone = (Status.ARCHIVED, Status.VOIDED)
    waits = exists().where(Case.status == Status.MERGED, master.id == Case.master_id, master.status.not_in(gone))
    due = await session.scalars(
        select(Case)
        .where(
            Case.status.in_((Status.CLOSED, Status.DECLINED, Status.WITHDRAWN, Status.MERGED)),
            Case.closed_at <= now - timedelta(days=int(limit.amount)),
            ~exists().where(second.parent_id == Case.id, second.status.in_(OPEN)),
            ~waits,
            ~held if held is not None else true(),
        )
        .order_by(Case.closed_at)
        .limit(ARCHIVED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    found = due.all()
    for case in found:
        await move_case(session, case.id, MoveCase(move=Move.ARCHIVE), principal=SYSTEM, now=now)
    return len(found)
