"""交接摘要: at most 150 characters and a table of facts, each with the turn that it came from, or with
the word for where else it stands."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.briefs import Brief, Fact, SuggestedClass, SuggestedUnit
from casebackend.assist import rules
from casebackend.assist.earlier import earlier_of
from casebackend.assist.facts import newest_case
from casebackend.cases import proposing
from casebackend.cases.hearing import left_out
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.cases.words import FIELD_LABELS, STATUS_LABELS
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import Author, Channel
from casebackend.customers import codes
from casebackend.customers import service as customers
from casebackend.drafts import queries as drafts
from casebackend.drafts.model import Draft, DraftField
from casebackend.drafts.rules import LABELS, Field
from casebackend.grading import queries as grading
from casebackend.handoffs.rules import REASONS
from casebackend.recordings.service import recorded_call

SURE_CLASSES = 2
TO_DISPATCH = frozenset({Status.PENDING_REVIEW, Status.ACCEPTED})
# Of so many dispatches it can be said how often a proposal was taken.
LATELY, ENOUGH_TAKEN = timedelta(days=90), 10
TOLD = {Field.DEMAND: "诉求"}
# Where a fact stands that no turn tells.
OURS, BY_HAND, CALLER = "系统", "坐席登记", "来电号码"
REGISTERED = {
    Channel.COUNTER: "柜面登记",
    Channel.HOTLINE: "热线登记",
    Channel.LETTER: "来信登记",
    Channel.EMAIL: "邮件登记",
    Channel.REGULATOR: "监管转办",
}


async def brief(
    session: AsyncSession, conversation_id: UUID, *, viewer: Principal, now: datetime, case: Case | None = None
) -> Brief:
    """The caller has found the conversation to be within the reader's scope."""
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        raise ConversationNotFound
    case = case or await newest_case(session, viewer, conversation_id)
    masks = (await customers.masks(session, [conversation_id])).get(conversation_id, {})
    told = await _told(session, conversation_id, case, masks)
    if case is None and not told:
        told = await _first_words(session, conversation_id, masks, await left_out(session, viewer, conversation_id))
    facts = [*told, *_of_case(case, told, masks), *await _of_talk(session, conversation)]
    return Brief(
        summary=rules.summary({each.label: each.value for each in facts}),
        number=case.number if case else None,
        facts=facts,
        earlier=await earlier_of(session, conversation, case, viewer),
        classes=await _classes(session, case),
        units=await _units(session, case, now),
    )


async def _told(session: AsyncSession, conversation_id: UUID, case: Case | None, masks: dict[str, str]) -> list[Fact]:
    """What the customer told the bot, field by field."""
    draft = await _draft(session, conversation_id, case)
    held = await drafts.fields(session, draft) if draft else {}
    if not held:
        return []
    wanted = [each.message_id for each in held.values() if each.message_id]
    rows = await session.execute(select(Message.id, Message.seq).where(Message.id.in_(wanted)))
    places: dict[UUID, int] = {id: seq for id, seq in rows}
    call = await recorded_call(session, conversation_id)
    return [_told_in(name, field, places, masks, call) for name, field in held.items() if field.display]


def _told_in(name: Field, field: DraftField, places: dict[UUID, int], masks: dict[str, str], call: UUID | None) -> Fact:
    """A sentence of a call has its moment; the number that called has none and was said by nobody."""
    seq = places.get(field.message_id) if field.message_id else None
    said = field.turn if field.start_ms is not None else None
    by_hand = CALLER if field.turn is not None else BY_HAND
    return Fact(
        label=TOLD.get(name, LABELS[name]),
        value=customers.rendered(field.display, masks),
        message_id=field.message_id if seq is not None else None,
        seq=seq,
        said=said,
        call_id=call if said is not None else None,
        source=by_hand if seq is None and said is None else None,
    )


async def _draft(session: AsyncSession, conversation_id: UUID, case: Case | None) -> Draft | None:
    """What is being written now; else what the case was made from."""
    being_written = await drafts.open_draft(session, conversation_id)
    if being_written is not None or case is None:
        return being_written
    found: Draft | None = await session.scalar(select(Draft).where(Draft.case_id == case.id).limit(1))
    return found


async def _first_words(
    session: AsyncSession, conversation_id: UUID, masks: dict[str, str], hidden: Collection[int]
) -> list[Fact]:
    rows = await session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.author == Author.CUSTOMER)
        .order_by(Message.seq)
        .limit(rules.LOOK_BACK)
    )
    said = next((row for row in rows if len(row.text) >= rules.SHORT and row.seq not in hidden), None)
    if said is None:
        return []
    words = codes.pickup_hidden(customers.rendered(said.text, masks))
    return [Fact(label="客户来意", value=words[: rules.ENOUGH], message_id=said.id, seq=said.seq)]


def _of_case(case: Case | None, told: list[Fact], masks: dict[str, str]) -> list[Fact]:
    """What stands in the case; its story where no turn tells it."""
    if case is None:
        return []
    known = {fact.label for fact in told}
    own = {"事情经过": case.facts, "诉求": case.demand}
    by = REGISTERED.get(Channel(case.channel), BY_HAND)
    rows = [
        Fact(label=name, value=customers.rendered(text, masks), source=by)
        for name, text in own.items()
        if name not in known
    ]
    number = f"{case.number}（{STATUS_LABELS[Status(case.status)]}）"
    return [*rows, Fact(label="投诉编号", value=number, source=OURS)]


async def _of_talk(session: AsyncSession, conversation: Conversation) -> list[Fact]:
    reason = conversation.handoff_reason
    if not reason:
        return []
    turn = await session.scalar(
        select(Message.id).where(
            Message.conversation_id == conversation.id, Message.seq == (conversation.handoff_seq or 0)
        )
    )
    seq = conversation.handoff_seq if turn else None
    value, source = REASONS.get(reason, reason), None if turn else OURS
    return [Fact(label="转人工原因", value=value, message_id=turn, seq=seq, source=source)]


async def _classes(session: AsyncSession, case: Case | None) -> list[SuggestedClass]:
    """The two surest of each axis."""
    if case is None:
        return []
    hints = await grading.hints(session, case.id, flags=False)
    return [
        SuggestedClass(label=FIELD_LABELS[each.field], name=each.name, score=each.score)
        for each in hints
        if each.rank <= SURE_CLASSES
    ]


async def _units(session: AsyncSession, case: Case | None, now: datetime) -> list[SuggestedUnit]:
    """The two that it may be dispatched to, with how far such proposals have been right."""
    if case is None or Status(case.status) not in TO_DISPATCH:
        return []
    found = await proposing.proposals(session, case)
    taken = await grading.units_taken(session, now - LATELY, now)
    known = taken["made"] >= ENOUGH_TAKEN
    return [
        SuggestedUnit(name=each.name, why=each.why, taken=round(taken[rank] / taken["made"], 3) if known else None)
        for rank, each in zip(("first", "second"), found, strict=False)
    ]
