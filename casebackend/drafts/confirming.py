"""What the customer was read and what he said to it, kept with the case (BD-04): written once, changed by nobody."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from casebackend.api.drafts import ConfirmationView
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Asked, Author
from casebackend.customers import service as customers
from casebackend.drafts import queries
from casebackend.drafts.model import Confirmation, Draft
from casebackend.drafts.reading_back import shows

LOOKED_AT = 20


async def keep(session: AsyncSession, draft: Draft, case_id: UUID, said: Message) -> None:
    """In the transaction that makes the case."""
    shown = await _read_back(session, draft, before=said.seq)
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
    """What the yes answers showed something else than would be registered: a newer read-back came after it was
    written, or the draft was changed and nothing was read back since. Nobody was asked: it answers nothing."""
    asked = select(Message.id).where(*_asked_for_a_yes(draft))
    if await session.scalar(asked.limit(1)) is None:
        return False
    return await _read_back(session, draft, before=said.seq) is None


async def read_back(session: AsyncSession, draft: Draft) -> bool:
    """Everything stands in the conversation as it would be registered now."""
    return await _read_back(session, draft) is not None


def _asked_for_a_yes(draft: Draft) -> list[ColumnElement[bool]]:
    return [
        Message.conversation_id == draft.conversation_id,
        Message.author == Author.BOT,
        Message.asks == Asked.CONFIRM,
    ]


async def _read_back(session: AsyncSession, draft: Draft, *, before: int | None = None) -> Message | None:
    """The newest words (older than the message `before`) that asked for the yes and showed everything as it is
    registered: a mere reminder of the question shows nothing, and nor does what was said before the last change,
    however alike it looks."""
    view = await queries.view(session, draft)
    values = [each.shown for each in view.fields] + [each.value for each in view.lines]
    answered = aliased(Message)
    changed = select(func.max(Message.seq)).where(
        Message.conversation_id == draft.conversation_id, Message.id.in_([each.message_id for each in view.fields])
    )
    older = [] if before is None else [Message.seq < before]
    asked = await session.scalars(
        select(Message)
        .outerjoin(answered, answered.id == Message.answers)
        .where(
            *_asked_for_a_yes(draft),
            *older,
            func.coalesce(answered.seq, Message.seq) >= func.coalesce(changed.scalar_subquery(), 0),
        )
        .order_by(Message.seq.desc())
        .limit(LOOKED_AT)
    )
    return next((each for each in asked if shows(each.text, values)), None)


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
