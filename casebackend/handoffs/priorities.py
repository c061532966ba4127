"""Who was put before the others in the queue: the lead is told, and it is written down for whom and why. A promised
answer that did not come is told, too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import service as audit
from casebackend.conversations import promising
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Conversation
from casebackend.conversations.rules import FRONT, Owner
from casebackend.handoffs import calling
from casebackend.handoffs.jobs import leads
from casebackend.handoffs.model import TalkNudge
from casebackend.handoffs.rules import REASONS
from casebackend.notices.service import Word, notify

CALLBACK = "callback"
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Due:
    conversation_id: UUID
    kind: str


async def due(session: AsyncSession, *, now: datetime) -> Sequence[Due]:
    late = func.coalesce(Conversation.wanted_until, Conversation.callback_by) <= now
    query = select(Conversation).where(
        Conversation.owner == Owner.QUEUED, or_(Conversation.handoff_reason.in_(FRONT), late)
    )
    waiting = (await session.scalars(query.order_by(Conversation.queued_at))).all()
    return [Due(each.id, kind) for each in waiting for kind in await _untold(session, each, now)]


async def _untold(session: AsyncSession, conversation: Conversation, now: datetime) -> list[str]:
    kinds = [f"front.{conversation.handoff_reason}"] if conversation.handoff_reason in FRONT else []
    by = calling.due_by(conversation)
    if by is not None and by <= now:
        kinds.append(CALLBACK)
    told = select(TalkNudge.kind, TalkNudge.at).where(
        TalkNudge.conversation_id == conversation.id, TalkNudge.at >= (conversation.queued_at or now)
    )
    since = conversation.wanted_from
    known = {kind for kind, at in await session.execute(told) if kind != CALLBACK or since is None or at >= since}
    return [kind for kind in kinds if kind not in known]


async def tell(session: AsyncSession, due: Due, *, now: datetime) -> None:
    """What was found is looked for again: somebody may have taken the talk since."""
    conversation = await conversations.hold(session, due.conversation_id)
    if conversation.owner != Owner.QUEUED or due.kind not in await _untold(session, conversation, now):
        return
    seq = conversation.last_seq
    session.add(TalkNudge(conversation_id=conversation.id, kind=due.kind, seq=seq, at=now))
    await session.flush()
    reason = REASONS.get(conversation.handoff_reason or "", conversation.handoff_reason or "")
    is_late = due.kind == CALLBACK
    by = calling.due_by(conversation)
    when = promising.said(by) if by is not None else ""
    word = Word(
        cause=f"talk.{due.kind}:{conversation.id}:{seq}",
        kind="talk.callback_late" if is_late else "talk.front",
        template="staff_talk_callback_late" if is_late else "staff_talk_front",
        values={"reason": reason, "when": when} if is_late else {"reason": reason},
        link=f"/conversations/{conversation.id}",
    )
    await notify(session, word, to=await leads(session, conversation.id), now=now)
    if not is_late:
        await audit.record(
            session,
            chain=f"conversation:{conversation.id}",
            event="conversation.put_first",
            actor=SYSTEM,
            object=f"conversation:{conversation.id}",
            now=now,
            detail={"reason": conversation.handoff_reason},
        )
