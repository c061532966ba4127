"""The state of the business in numbers, for a watch that never sleeps. Counts and ages only: no id is read."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.clocks.model import Timer
from casebackend.conversations.model import Conversation, Delivery, Turn
from casebackend.conversations.rules import OPEN_TURNS, DeliveryState, Owner
from casebackend.heartbeats.model import Heartbeat
from casebackend.leader import LeaderLease
from casebackend.notices.model import Notice
from casebackend.outbox.model import OutboxMessage

SOON = timedelta(hours=24)


def _count(*where: ColumnElement[bool]) -> Any:
    return select(func.count()).where(*where).scalar_subquery()


def _oldest(at: Any, *where: ColumnElement[bool]) -> Any:
    return select(func.min(at)).where(*where).scalar_subquery()


def _standing(now: datetime) -> Select[Any]:
    running = Timer.stopped_at.is_(None)
    waiting = Turn.state.in_(OPEN_TURNS)
    pending = Delivery.state.in_((DeliveryState.PENDING, DeliveryState.CLAIMED))
    unread = Notice.read_at.is_(None), Notice.done_at.is_(None)
    undone = OutboxMessage.done_at.is_(None), OutboxMessage.dead.is_(False)
    return select(
        _count(waiting).label("inbox_depth"),
        _oldest(Turn.created_at, waiting).label("inbox_oldest"),
        _count(pending).label("deliveries_depth"),
        _oldest(Delivery.created_at, pending).label("deliveries_oldest"),
        _count(*undone).label("outbox_depth"),
        _oldest(OutboxMessage.due_at, *undone).label("outbox_oldest"),
        _count(OutboxMessage.dead.is_(True)).label("outbox_dead"),
        _count(Conversation.owner == Owner.QUEUED).label("waiting_for_person"),
        _oldest(Conversation.queued_at, Conversation.owner == Owner.QUEUED).label("waiting_for_person_oldest"),
        _oldest(Timer.next_at, Timer.next_at <= now).label("timer_oldest"),
        _count(running, Timer.due_at < now).label("clocks_overdue"),
        _count(running, Timer.due_at >= now, Timer.due_at < now + SOON).label("clocks_due_soon"),
        _count(Notice.user_id.is_(None), *unread).label("notices_for_nobody"),
        select(func.max(LeaderLease.epoch)).scalar_subquery().label("leader_epoch"),
    )


async def standing(session: AsyncSession, now: datetime) -> dict[str, float]:
    """Ages in seconds, 0 where nothing waits."""
    row = (await session.execute(_standing(now))).one()._mapping
    counts = {name: float(value or 0) for name, value in row.items() if not name.endswith("_oldest")}
    ages = {f"{name}_seconds": _age(value, now) for name, value in row.items() if name.endswith("_oldest")}
    return counts | ages


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0


async def beats(session: AsyncSession, now: datetime) -> dict[str, float]:
    """Seconds since the youngest sign of life of each program that says it is ready."""
    rows = await session.execute(
        select(Heartbeat.program, func.max(Heartbeat.at)).where(Heartbeat.ready).group_by(Heartbeat.program)
    )
    return {program: (now - at).total_seconds() for program, at in rows}
