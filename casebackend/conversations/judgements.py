"""How each turn was judged: what was heard, what the bot took it for, and what it did. No words of the customer."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.dangers import Judgement
from casebackend.conversations.model import Message, Turn

MOST = 2_000
_HEARD = (Message.danger, Message.stirred, Message.severity, Message.heard_by)
_TAKEN = (Turn.asked, Turn.engine, Turn.purpose, Turn.confidence, Turn.decision, Turn.called_for)


def _all() -> Any:
    columns = (Turn.conversation_id, Turn.seq, Message.at, *_HEARD, *_TAKEN)
    return select(*columns).join(Message, Message.id == Turn.message_id).limit(MOST)


async def of_conversation(
    session: AsyncSession, conversation_id: UUID, *, left_out: Collection[int] = ()
) -> list[Judgement]:
    """Newest first. `left_out`: places that the reader is not shown."""
    query = _all().where(Turn.conversation_id == conversation_id).order_by(Turn.seq.desc())
    return [each for each in _views((await session.execute(query)).all()) if each.seq not in left_out]


async def between(session: AsyncSession, since: datetime, until: datetime, *, called: bool) -> list[Judgement]:
    """Newest first, `MOST` at most; with `called` only those that called a person or told of a danger."""
    query = _all().where(Turn.created_at >= since, Turn.created_at < until)
    if called:
        query = query.where(or_(Turn.called_for.is_not(None), Message.danger.is_not(None)))
    return _views((await session.execute(query.order_by(Turn.created_at.desc(), Turn.id))).all())


def _views(rows: Sequence[Any]) -> list[Judgement]:
    return [
        Judgement.model_validate({**row._mapping, "heard_by": row.heard_by.split(",") if row.heard_by else []})
        for row in rows
    ]
