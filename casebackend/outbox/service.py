from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.outbox.model import OutboxMessage


def emit(
    session: AsyncSession, topic: str, payload: dict[str, object], *, now: datetime, due_at: datetime | None = None
) -> None:
    """Leaves with the transaction of its cause, or not at all. `payload` holds ids, never personal data."""
    session.add(message(topic, payload, now=now, due_at=due_at))


def message(topic: str, payload: dict[str, object], *, now: datetime, due_at: datetime | None = None) -> OutboxMessage:
    """Not yet in the session: for `insert_rows`."""
    return OutboxMessage(topic=topic, payload=payload, created_at=now, due_at=due_at or now)


async def revive(session: AsyncSession, messages: Sequence[OutboxMessage], *, now: datetime) -> None:
    """What was given up is tried again from the start. The caller holds the rows and knows that the cause is gone."""
    for message in messages:
        message.dead, message.attempts, message.due_at = False, 0, now
    await session.flush()
