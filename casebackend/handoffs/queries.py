from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases.queries import seen_conversations
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.promising import anyone_on_duty as anyone_on_duty
from casebackend.conversations.rules import FRONT, LAST, Author, Owner
from casebackend.handoffs.model import Duty, TalkWait
from casebackend.handoffs.rules import RECENT, WAITS, DutyState


def _place() -> ColumnElement[int]:
    return case(FRONT, value=Conversation.handoff_reason, else_=LAST)


def waits_since() -> ColumnElement[datetime]:
    """Who wants to be called later waits from then on."""
    return func.coalesce(Conversation.wanted_from, Conversation.queued_at)


async def waiting(session: AsyncSession, principal: Principal) -> list[Conversation]:
    """Danger first, then privacy and who is upset, then whoever waits longest, counted from when a call
    suits; within the scope of who looks."""
    found = await session.scalars(
        select(Conversation)
        .where(Conversation.owner == Owner.QUEUED)
        .order_by(_place(), waits_since(), Conversation.id)
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
    earlier = waits_since() < (conversation.wanted_from or conversation.queued_at)
    mine = FRONT.get(conversation.handoff_reason or "", LAST)
    before = or_(_place() < mine, (_place() == mine) & earlier)
    ahead = await session.scalar(select(func.count()).where(Conversation.owner == Owner.QUEUED, before))
    return (ahead or 0) + 1


async def recent_waits(session: AsyncSession, *, now: datetime) -> Sequence[int]:
    """Seconds, of those who were taken last."""
    newest = select(TalkWait.seconds).where(TalkWait.taken_at >= now - RECENT)
    return (await session.scalars(newest.order_by(TalkWait.taken_at.desc(), TalkWait.id).limit(WAITS))).all()


async def duty_of(session: AsyncSession, user_id: UUID) -> DutyState:
    row = await session.get(Duty, user_id)
    return DutyState(row.state) if row else DutyState.FREE


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
