"""What the customer was read and what he said to it, kept with the case (BD-04): written once, changed by nobody."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from casebackend.api.drafts import ConfirmationView
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Asked, Author
from casebackend.customers import service as customers
from casebackend.drafts import queries
from casebackend.drafts.model import Confirmation, Draft

LOOKED_AT = 20


async def keep(session: AsyncSession, draft: Draft, case_id: UUID, said: Message) -> None:
    """In the transaction that makes the case."""
    shown = await _read_back(session, draft, said)
    session.add(
        Confirmation(
            draft_id=draft.id,
            case_id=case_id,
            conversation_id=draft.conversation_id,
            shown_message_id=shown.id if shown else None,
            shown_text=shown.text if shown else None,
            shown_at=shown.at if shown else None,
            said_message_id=said.id,
            said_text=said.text,
            said_at=said.received_at or said.at,
        )
    )
    await session.flush()


async def overtaken(session: AsyncSession, draft: Draft, said: Message) -> bool:
    """The yes was written before the newest read-back came, and what it answers showed something else than would be
    registered."""
    later = select(Message.id).where(
        Message.conversation_id == draft.conversation_id,
        Message.author == Author.BOT,
        Message.asks == Asked.CONFIRM,
        Message.seq > said.seq,
    )
    if await session.scalar(later.limit(1)) is None:
        return False
    return await _read_back(session, draft, said) is None


async def _read_back(session: AsyncSession, draft: Draft, said: Message) -> Message | None:
    """The newest words before the yes that asked for it and showed everything as it is registered: a mere reminder of
    the question shows nothing, and nor does what was said before the last change, however alike it looks."""
    view = await queries.view(session, draft)
    values = [_bare(value) for value in ([each.shown for each in view.fields] + [each.value for each in view.lines])]
    answered = aliased(Message)
    changed = select(func.max(Message.seq)).where(
        Message.conversation_id == draft.conversation_id, Message.id.in_([each.message_id for each in view.fields])
    )
    asked = await session.scalars(
        select(Message)
        .outerjoin(answered, answered.id == Message.answers)
        .where(
            Message.conversation_id == draft.conversation_id,
            Message.author == Author.BOT,
            Message.asks == Asked.CONFIRM,
            Message.seq < said.seq,
            func.coalesce(answered.seq, Message.seq) >= func.coalesce(changed.scalar_subquery(), 0),
        )
        .order_by(Message.seq.desc())
        .limit(LOOKED_AT)
    )
    return next((each for each in asked if all(value in _bare(each.text) for value in values)), None)


def _bare(text: str) -> str:
    return "".join(text.split())


async def of_case(session: AsyncSession, case_id: UUID) -> ConfirmationView | None:
    kept: Confirmation | None = await session.scalar(select(Confirmation).where(Confirmation.case_id == case_id))
    if kept is None:
        return None
    masks = (await customers.masks(session, [kept.conversation_id])).get(kept.conversation_id, {})
    return ConfirmationView(
        shown=customers.rendered(kept.shown_text, masks) if kept.shown_text else None,
        shown_at=kept.shown_at,
        said=customers.rendered(kept.said_text, masks),
        said_at=kept.said_at,
    )
