from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.conversations.model import Message
from casebackend.requests.model import CaseRequest
from casebackend.requests.rules import Kind, State


def begin(session: AsyncSession, message: Message, kind: Kind, *, now: datetime) -> CaseRequest:
    request = CaseRequest(
        id=uuid4(),
        conversation_id=message.conversation_id,
        kind=kind,
        state=State.ASKED,
        message_id=message.id,
        at=now,
    )
    session.add(request)
    return request


async def pending(session: AsyncSession, conversation_id: UUID, kind: Kind) -> CaseRequest | None:
    """The newest of the conversation, unless it is done."""
    found: CaseRequest | None = await session.scalar(
        select(CaseRequest)
        .join(Message, Message.id == CaseRequest.message_id)
        .where(CaseRequest.conversation_id == conversation_id, CaseRequest.kind == kind)
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return found if found is not None and found.state == State.ASKED else None


async def answered(session: AsyncSession, conversation_id: UUID, message_id: UUID, kind: Kind) -> dict[str, Any] | None:
    """What this message was answered before."""
    found: dict[str, Any] | None = await session.scalar(
        select(CaseRequest.last_result).where(
            CaseRequest.conversation_id == conversation_id,
            CaseRequest.last_message_id == message_id,
            CaseRequest.kind == kind,
        )
    )
    return found
