"""Claim first, and count the attempt; then carry out. A message that kills its handler cannot block the others."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.database import REMEMBERED
from casebackend.failpoints import failpoint
from casebackend.outbox.model import OutboxMessage
from casebackend.outbox.rules import MAX_ATTEMPTS, wait_after

log = structlog.get_logger()

# So many messages in one transaction; of those whose effects are carried out together, more.
BATCH, MOST = 50, 200

type Subscriber = Callable[[AsyncSession, Mapping[str, Any], datetime], Awaitable[None]]
type Subscriptions = Mapping[str, Sequence[Subscriber]]


@dataclass(frozen=True, slots=True)
class Together:
    """A subscriber that carries out what follows from many messages at once, all of it or nothing."""

    act: Callable[[AsyncSession, Sequence[Mapping[str, Any]], datetime], Awaitable[None]]

    async def __call__(self, session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
        await self.act(session, [payload], now)


async def claim(
    session: AsyncSession, *, now: datetime, subscriptions: Subscriptions = MappingProxyType({})
) -> list[tuple[UUID, int]]:
    """Ids with the number of this attempt. A claimed message comes up again if nobody finishes it, each time in half
    as large a batch: what ended its worker, or was too much for one lease, ends alone."""
    due = await session.execute(
        select(OutboxMessage.id, OutboxMessage.attempts, OutboxMessage.topic)
        .where(OutboxMessage.done_at.is_(None), OutboxMessage.dead.is_(False), OutboxMessage.due_at <= now)
        .order_by(OutboxMessage.due_at, OutboxMessage.created_at)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    )
    claimed: list[tuple[UUID, int]] = []
    single = tried = 0
    for message_id, attempts, topic in due:
        single, tried = single + (_together(subscriptions, topic) is None), max(tried, attempts)
        if claimed and (single > BATCH >> tried or len(claimed) >= MOST >> tried):
            break
        claimed.append((message_id, attempts + 1))
    for attempt in sorted({attempt for _, attempt in claimed}):
        ids = [message_id for message_id, its in claimed if its == attempt]
        again = {"attempts": attempt, "due_at": now + wait_after(attempt)}
        await _mark(session, ids, again)
    for _ in claimed:
        await failpoint("outbox.claimed")
    return claimed


async def carry_out(
    session: AsyncSession, claimed: Sequence[tuple[UUID, int]], subscriptions: Subscriptions, *, now: datetime
) -> int:
    """The effects of the good ones and the mark that they are done are committed together. Who leads which unit is
    asked once for all of them."""
    messages = await _locked(session, [message_id for message_id, _ in claimed])
    open_ones = [
        message
        for message_id, attempt in claimed
        if (message := messages.get(message_id)) and message.done_at is None and message.attempts == attempt
    ]
    session.info[REMEMBERED] = {}
    done: list[UUID] = []
    for together, some in groupby(open_ones, key=lambda each: _together(subscriptions, each.topic)):
        group = list(some)
        if together and len(group) > 1 and await _at_once(session, group, together, now):
            done += [message.id for message in group]
        else:
            done += [each.id for each in group if await _one(session, each, subscriptions.get(each.topic, ()), now)]
    del session.info[REMEMBERED]
    await _mark(session, done, {"done_at": now, "error": None})
    return len(done)


def _together(subscriptions: Subscriptions, topic: str) -> Together | None:
    match subscriptions.get(topic, ()):
        case (Together() as together,):
            return together
        case _:
            return None


async def _at_once(session: AsyncSession, group: Sequence[OutboxMessage], together: Together, now: datetime) -> bool:
    """Where one of them is bad, nothing of it stays, and each is to have its own try."""
    try:
        async with session.begin_nested():
            await together.act(session, [message.payload for message in group], now)
    except Exception as error:  # noqa: BLE001
        session.info[REMEMBERED] = {}
        log.warning("outbox.one_by_one", topic=group[0].topic, count=len(group), error=type(error).__name__)
        return False
    return True


async def _one(session: AsyncSession, message: OutboxMessage, subscribers: Sequence[Subscriber], now: datetime) -> bool:
    """Under its own savepoint: a bad message leaves nothing."""
    try:
        async with session.begin_nested():
            for subscriber in subscribers:
                await subscriber(session, message.payload, now)
    except Exception as error:  # noqa: BLE001  one bad message must not stop the others
        session.info[REMEMBERED] = {}
        await session.refresh(message)
        message.error, message.dead = type(error).__name__, message.attempts >= MAX_ATTEMPTS
        log.warning("outbox.failed", topic=message.topic, attempt=message.attempts, error=message.error)
        await session.flush()
        return False
    return True


async def _mark(session: AsyncSession, ids: Sequence[UUID], values: Mapping[str, Any]) -> None:
    mark = update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(**values)
    await session.execute(mark.execution_options(synchronize_session=False))


async def _locked(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.id.in_(ids)).order_by(OutboxMessage.id).with_for_update()
    return {row.id: row for row in await session.scalars(query.execution_options(populate_existing=True))}
