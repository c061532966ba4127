from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.drafts import DraftView, FieldView, LineView
from casebackend.customers import service as customers
from casebackend.drafts import lines, noting, rules
from casebackend.drafts.model import Draft, DraftField
from casebackend.drafts.reading_back import read_back
from casebackend.drafts.rules import COMPLAINT, DraftState, Field, FieldState

# A customer who cancelled and complains again soon means the same matter.
RECOVERABLE = timedelta(days=7)
SAME_PERSON = timedelta(days=30)
UNTOUCHED = timedelta(hours=24)
# It went to a complaint made before, and is no draft any more.
JOINED = frozenset({"supplement", "urge"})
# A customer who comes back so much later is told where things stand.
AWAY = timedelta(hours=2)


async def open_draft(session: AsyncSession, conversation_id: UUID) -> Draft | None:
    found: Draft | None = await session.scalar(
        select(Draft).where(Draft.conversation_id == conversation_id, Draft.state == DraftState.OPEN)
    )
    return found


async def newest(session: AsyncSession, conversation_id: UUID) -> Draft | None:
    found: Draft | None = await session.scalar(
        select(Draft)
        .where(Draft.conversation_id == conversation_id)
        .order_by(Draft.first_received_at.desc(), Draft.touched_at.desc())
        .limit(1)
    )
    return found


async def recoverable(session: AsyncSession, conversation_id: UUID, now: datetime) -> Draft | None:
    """The newest draft, if it was cancelled not long ago."""
    last = await newest(session, conversation_id)
    return last if last is not None and may_be_reopened(last, now) else None


def may_be_reopened(draft: Draft, now: datetime) -> bool:
    if draft.state != DraftState.CANCELLED or draft.cancelled_at is None or draft.likeness_choice in JOINED:
        return False
    return now - draft.cancelled_at <= RECOVERABLE


async def joined(session: AsyncSession, conversation_id: UUID, at: datetime) -> Draft | None:
    """The one that was being told at that time and then went to a complaint made before."""
    found: Draft | None = await session.scalar(
        select(Draft)
        .where(
            Draft.conversation_id == conversation_id,
            Draft.likeness_choice.in_(JOINED),
            Draft.first_received_at <= at,
            Draft.cancelled_at >= at,
        )
        .order_by(Draft.cancelled_at)
        .limit(1)
    )
    return found


async def filed_before(session: AsyncSession, conversation_id: UUID, now: datetime) -> Draft | None:
    """The newest draft of the conversation that became a case not long ago."""
    found: Draft | None = await session.scalar(
        select(Draft)
        .where(
            Draft.conversation_id == conversation_id,
            Draft.state == DraftState.FILED,
            Draft.touched_at >= now - SAME_PERSON,
        )
        .order_by(Draft.touched_at.desc())
        .limit(1)
    )
    return found


async def fields(session: AsyncSession, draft: Draft) -> dict[Field, DraftField]:
    found = await session.scalars(select(DraftField).where(DraftField.draft_id == draft.id).order_by(DraftField.place))
    return {Field(each.name): each for each in found}


def missing(draft: Draft, held: dict[Field, DraftField]) -> list[Field]:
    """A value that was not heard clearly is asked again."""
    states = {name: FieldState(each.state) for name, each in held.items() if each.state != FieldState.TO_CONFIRM}
    return rules.missing(states, about_money=draft.about_money, matter=draft.matter_type)


async def view(session: AsyncSession, draft: Draft, *, spoke_at: datetime | None = None) -> DraftView:
    """`spoke_at`: when the customer wrote what is answered now."""
    held = await fields(session, draft)
    absent = missing(draft, held)
    masks = (await customers.masks(session, [draft.conversation_id])).get(draft.conversation_id, {})
    shown = [
        FieldView(
            name=name,
            label=rules.LABELS[name],
            value=customers.rendered(held[name].display, masks),
            state=FieldState(held[name].state),
            message_id=held[name].message_id,
            turn=held[name].turn,
            start_ms=held[name].start_ms,
            end_ms=held[name].end_ms,
            confidence=held[name].confidence,
            shown=read_back(name, customers.rendered(held[name].display, masks), kept=held[name].value),
        )
        for name in rules.wanted(about_money=draft.about_money, matter=draft.matter_type)
        if name in held
    ]
    return DraftView(
        id=draft.id,
        conversation_id=draft.conversation_id,
        state=DraftState(draft.state),
        about_money=draft.about_money,
        matter=draft.matter_type,
        likeness_settled=draft.likeness_choice is not None,
        fields=shown,
        missing=absent,
        next=absent[0] if absent else None,
        away=spoke_at is not None and spoke_at - draft.touched_at >= AWAY,
        lines=[
            LineView(name=name, label=lines.LABELS[name], value=value)
            for name, value in (noting.shown(draft) if draft.matter_type == COMPLAINT else {}).items()
        ],
    )


def to_call_back(draft: Draft, now: datetime) -> bool:
    """Begun, not confirmed, and nobody has gone on with it: a colleague should call."""
    return draft.state == DraftState.OPEN and now - draft.touched_at >= UNTOUCHED
