"""A colleague completes a draft by hand: confirms what was heard badly, fills what is missing, registers it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.audit import service as audit
from casebackend.cases.model import Case
from casebackend.cases.queries import seen_conversations
from casebackend.cases.submission import file_from_draft
from casebackend.conversations import service as conversations
from casebackend.customers import service as customers
from casebackend.drafts import queries
from casebackend.drafts import service as drafts
from casebackend.drafts.errors import NoDraft
from casebackend.drafts.extraction import Reader, Value, text_value
from casebackend.drafts.model import Draft
from casebackend.drafts.rules import LABELS, DraftState, Field, FieldState
from casebackend.errors import Unprocessable
from casebackend.organisations.queries import all_names


class NotUnderstood(Unprocessable):
    slug, title = "value-not-understood", "填写的内容不能识别"

    def __init__(self, label: str) -> None:
        super().__init__(f"“{label}”的内容不能识别，请核对格式后重填")


async def open_drafts(session: AsyncSession, principal: Principal, *, limit: int = 200) -> list[Draft]:
    """Newest activity first, within the scope of who looks."""
    found = select(Draft).where(Draft.state == DraftState.OPEN).order_by(Draft.touched_at.desc()).limit(limit)
    rows = (await session.scalars(found)).all()
    seen = await seen_conversations(session, principal, [row.conversation_id for row in rows])
    return [row for row in rows if row.conversation_id in seen]


async def correct(
    session: AsyncSession, conversation_id: UUID, name: Field, text: str, *, by: Principal, now: datetime
) -> None:
    """Read as if the customer had answered the question for this field."""
    await conversations.hold(session, conversation_id)
    draft = await _open(session, conversation_id)
    asked = f"field.{name}"
    told = (await customers.protect(session, conversation_id, text.strip(), asked=asked)).text
    free_text = name in (Field.FACTS, Field.DEMAND)
    value = text_value(told) if free_text else Reader(await all_names(session), now).read(told, asked).values.get(name)
    if value is None:
        raise NotUnderstood(LABELS[name])
    settled = Value(value.value, value.display, FieldState.FILLED) if value.state == FieldState.TO_CONFIRM else value
    await drafts.put(session, draft, name, settled, drafts.Source(message_id=None))
    await _noted(session, draft, name, "draft.corrected", by, now)


async def confirm(session: AsyncSession, conversation_id: UUID, name: Field, *, by: Principal, now: datetime) -> None:
    """What the recording gave is right; where it came from stays."""
    await conversations.hold(session, conversation_id)
    draft = await _open(session, conversation_id)
    held = (await queries.fields(session, draft)).get(name)
    if held is None or held.state != FieldState.TO_CONFIRM:
        return
    held.state = FieldState.FILLED
    await _noted(session, draft, name, "draft.confirmed", by, now)


async def register(session: AsyncSession, conversation_id: UUID, *, by: Principal, now: datetime) -> Case:
    return await file_from_draft(session, conversation_id, actor=by.actor, now=now)


async def _open(session: AsyncSession, conversation_id: UUID) -> Draft:
    draft = await queries.open_draft(session, conversation_id)
    if draft is None:
        raise NoDraft
    return draft


async def _noted(session: AsyncSession, draft: Draft, name: Field, event: str, by: Principal, now: datetime) -> None:
    draft.touched_at = now
    await session.flush()
    await audit.record(
        session,
        chain=f"conversation:{draft.conversation_id}",
        event=event,
        actor=by.actor,
        object=f"draft:{draft.id}",
        now=now,
        detail={"field": name},
    )
