"""Claim first, and count the attempt; then carry out. A message that kills its handler cannot block the others."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
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
    """Each message under its own savepoint: a bad one leaves nothing. The effects of the good ones and the mark that
    they are done are committed together. Who leads which unit is asked once for all of them."""
    done: list[UUID] = []
    messages = await _locked(session, [message_id for message_id, _ in claimed])
    session.info[REMEMBERED] = {}
    for message_id, attempt in claimed:
        message = messages.get(message_id)
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
            await session.flush()
        else:
            done.append(message_id)
    del session.info[REMEMBERED]
    mark = update(OutboxMessage).where(OutboxMessage.id.in_(done)).values(done_at=now, error=None)
    await session.execute(mark.execution_options(synchronize_session=False))
    return len(done)


async def _locked(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.id.in_(ids)).order_by(OutboxMessage.id).with_for_update()
    return {row.id: row for row in await session.scalars(query.execution_options(populate_existing=True))}
