from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases.queries import seen_conversations
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import DANGER, Author, Owner
from casebackend.handoffs.model import Duty
from casebackend.handoffs.rules import INTAKE, DutyState
from casebackend.staff import queries as staff


def _after_danger() -> ColumnElement[int]:
    return case((Conversation.handoff_reason == DANGER, 0), else_=1)


async def waiting(session: AsyncSession, principal: Principal) -> list[Conversation]:
    """Danger first, then whoever waits longest; within the scope of who looks."""
    found = await session.scalars(
        select(Conversation)
        .where(Conversation.owner == Owner.QUEUED)
        .order_by(_after_danger(), Conversation.queued_at, Conversation.id)
    )
    rows = found.all()
    seen = await seen_conversations(session, principal, [row.id for row in rows])
    return [row for row in rows if row.id in seen]


async def in_charge_of(session: AsyncSession, user_id: UUID) -> Sequence[Conversation]:
    rows = await session.scalars(
        select(Conversation)
        .where(Conversation.owner == Owner.PERSON, Conversation.owner_user_id == user_id)
        .order_by(Conversation.last_in_at.desc())
    )
    return rows.all()


async def position(session: AsyncSession, conversation: Conversation) -> int:
    """1 is next; 0 stands for not waiting."""
    if conversation.owner != Owner.QUEUED or conversation.queued_at is None:
        return 0
    earlier = Conversation.queued_at < conversation.queued_at
    in_danger = Conversation.handoff_reason == DANGER
    before = in_danger & earlier if conversation.handoff_reason == DANGER else or_(in_danger, earlier)
    ahead = await session.scalar(select(func.count()).where(Conversation.owner == Owner.QUEUED, before))
    return (ahead or 0) + 1


async def duty_of(session: AsyncSession, user_id: UUID) -> DutyState:
    row = await session.get(Duty, user_id)
    return DutyState(row.state) if row else DutyState.FREE


async def anyone_on_duty(session: AsyncSession, *, now: datetime) -> bool:
    here = await staff.at_work(session, INTAKE, now=now)
    busy = set(await session.scalars(select(Duty.user_id).where(Duty.state != DutyState.FREE)))
    return any(user.id not in busy for user in here)


async def last_customer_words(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Message]:
    """The newest message of the customer in each of these conversations."""
    newest = (
        select(Message.conversation_id, func.max(Message.seq).label("seq"))
        .where(Message.conversation_id.in_(ids), Message.author == Author.CUSTOMER)
        .group_by(Message.conversation_id)
        .subquery()
    )
    rows = await session.scalars(
        select(Message).join(
            newest, (Message.conversation_id == newest.c.conversation_id) & (Message.seq == newest.c.seq)
        )
    )
    return {row.conversation_id: row for row in rows}
