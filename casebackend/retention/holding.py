"""Legal holds of conversations: what was said in one stays, also where no case came of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from casebackend.access.principal import Principal
from casebackend.api.retention import TalkHoldView
from casebackend.attachments.model import Attachment
from casebackend.audit import service as audit
from casebackend.cases.queries import seen_conversations, sees_conversation
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Conversation
from casebackend.conversations.service import hold
from casebackend.customers import service as customers
from casebackend.database import locked
from casebackend.retention import errors
from casebackend.retention.model import TalkEnd, TalkHold
from casebackend.retention.service import CHAIN, files_marked


def kept(conversation: type[Conversation] = Conversation) -> ColumnElement[bool]:
    """This conversation is under a hold, or another one of the same customer."""
    other = aliased(Conversation)
    same = or_(other.id == conversation.id, other.customer_id == conversation.customer_id)
    standing = TalkHold.conversation_id == other.id, TalkHold.lifted_at.is_(None)
    return exists().where(*standing, same)


async def require_seen(session: AsyncSession, principal: Principal, conversation_id: UUID) -> None:
    known = await session.scalar(select(Conversation.id).where(Conversation.id == conversation_id))
    if known is None or not await sees_conversation(session, principal, conversation_id):
        raise ConversationNotFound


async def holds_of(session: AsyncSession, conversation_id: UUID) -> Sequence[TalkHold]:
    mine = select(TalkHold).where(TalkHold.conversation_id == conversation_id)
    return (await session.scalars(mine.order_by(TalkHold.set_at, TalkHold.id))).all()


async def standing(session: AsyncSession, principal: Principal) -> list[TalkHold]:
    """Of all conversations that are seen, the oldest first."""
    query = select(TalkHold).where(TalkHold.lifted_at.is_(None)).order_by(TalkHold.set_at, TalkHold.id)
    found = (await session.scalars(query)).all()
    seen = await seen_conversations(session, principal, [each.conversation_id for each in found])
    return [each for each in found if each.conversation_id in seen]


async def views(session: AsyncSession, found: Sequence[TalkHold]) -> list[TalkHoldView]:
    """Whom a reason names is masked."""
    masks = await customers.masks(session, list({each.conversation_id for each in found}))
    return [
        TalkHoldView.model_validate(each).model_copy(
            update={
                name: customers.rendered(text, masks.get(each.conversation_id, {}))
                for name in ("reason", "lift_reason")
                if (text := getattr(each, name)) is not None
            }
        )
        for each in found
    ]


async def set_hold(
    session: AsyncSession, conversation_id: UUID, reason: str, *, by: Principal, now: datetime
) -> TalkHold:
    await hold(session, conversation_id)
    gone = select(TalkEnd.conversation_id).where(TalkEnd.conversation_id == conversation_id, TalkEnd.next_on.is_(None))
    if await session.scalar(gone) is not None:
        raise errors.TalkGone
    if any(each.lifted_at is None for each in await holds_of(session, conversation_id)):
        raise errors.TalkHoldStands
    assert by.user_id is not None
    made = TalkHold(
        conversation_id=conversation_id,
        reason=(await customers.protect(session, conversation_id, reason, asked=None)).text,
        set_at=now,
        set_by=by.user_id,
        set_by_name=by.display_name or by.name,
    )
    session.add(made)
    await files_marked(session, Attachment.conversation_id == conversation_id)
    await _note(session, "retention.talk_held", made, by, now)
    return made


async def lift_hold(
    session: AsyncSession, talk_hold_id: UUID, reason: str, *, by: Principal, now: datetime
) -> TalkHold:
    """Of a conversation that is seen; any other hold is not there."""
    of = await session.scalar(select(TalkHold.conversation_id).where(TalkHold.id == talk_hold_id))
    if of is None or not await sees_conversation(session, by, of):
        raise errors.HoldNotFound
    await hold(session, of)
    found = await locked(session, TalkHold, talk_hold_id)
    if found is None or found.lifted_at is not None:
        raise errors.HoldNotFound
    found.lifted_at, found.lifted_by, found.lifted_by_name = now, by.user_id, by.display_name or by.name
    found.lift_reason = (await customers.protect(session, of, reason, asked=None)).text
    await files_marked(session, Attachment.conversation_id == of)
    await _note(session, "retention.talk_released", found, by, now)
    return found


async def _note(session: AsyncSession, event: str, found: TalkHold, by: Principal, now: datetime) -> None:
    what = f"conversation:{found.conversation_id}"
    detail = {"hold_id": str(found.id)}
    await audit.record(session, chain=CHAIN, event=event, actor=by.actor, object=what, now=now, detail=detail)
