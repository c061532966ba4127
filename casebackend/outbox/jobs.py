"""Claim first, and count the attempt; then carry out. A message that kills its handler cannot block the others."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.database import REMEMBERED
from casebackend.failpoints import failpoint
from casebackend.outbox.model import OutboxMessage
from casebackend.outbox.rules import MAX_ATTEMPTS, wait_after

log = structlog.get_logger()

BATCH = 50

type Subscriber = Callable[[AsyncSession, Mapping[str, Any], datetime], Awaitable[None]]


async def claim(session: AsyncSession, *, now: datetime) -> list[tuple[UUID, int]]:
    """Ids with the number of this attempt. A claimed message comes up again if nobody finishes it."""
    due = await session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.done_at.is_(None), OutboxMessage.dead.is_(False), OutboxMessage.due_at <= now)
        .order_by(OutboxMessage.due_at, OutboxMessage.created_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for message in due.all():
        await failpoint("outbox.claimed")
        message.attempts += 1
        message.due_at = now + wait_after(message.attempts)
        claimed.append((message.id, message.attempts))
    await session.flush()
    return claimed


async def carry_out(
    session: AsyncSession,
    claimed: Sequence[tuple[UUID, int]],
    subscriptions: Mapping[str, Sequence[Subscriber]],
    *,
    now: datetime,
) -> int:
    """Each message under its own savepoint: the effects and the mark that they are done come together. Who leads which
    unit is asked once for all of them."""
    done = 0
    session.info[REMEMBERED] = {}
    for message_id, attempt in claimed:
        message = await session.get(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
        if message is None or message.done_at is not None or message.attempts != attempt:
            continue
        try:
            async with session.begin_nested():
                for subscriber in subscriptions.get(message.topic, ()):
                    await subscriber(session, message.payload, now)
        except Exception as error:  # noqa: BLE001  one bad message must not stop the others
            session.info[REMEMBERED] = {}
            await session.refresh(message)
            message.error, message.dead = type(error).__name__, attempt >= MAX_ATTEMPTS
            log.warning("outbox.failed", topic=message.topic, attempt=attempt, error=message.error)
        else:
            message.done_at, message.error = now, None
            done += 1
        await session.flush()
    del session.info[REMEMBERED]
    return done
