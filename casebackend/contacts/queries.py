"""The whole history of one customer, from a case: what a colleague must know before calling. QT-05.

Few statements however long the history: each kind of contact is one, over all cases and conversations at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.contacts import ContactRow, CustomerHistory, SamePerson
from casebackend.cases import queries, views
from casebackend.cases.model import Case
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import Author
from casebackend.customers.model import Customer
from casebackend.drafts.model import CallTranscript
from casebackend.revisits.model import Revisit
from casebackend.revisits.rules import STATE_LABELS, State
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import LABELS, Kind

TALK = (Conversation.id, Conversation.channel, Conversation.opened_at, Conversation.last_in_at)
MOST_CASES, MOST_CONTACTS, MOST_SAME = 100, 200, 20
# What went between the customer and us; the steps in between are nobody's business but the case's.
CONTACTS = (
    Kind.FILED, Kind.URGED, Kind.WITHDRAWN, Kind.REPLIED, Kind.CONTACTED, Kind.EXTENSION_TOLD, Kind.MATERIAL,
    Kind.REVIEW_APPLIED, Kind.SECOND_OPENED,
)  # fmt: skip
CHANNELS = {
    "wechat": "微信", "webchat": "网页", "ivr": "电话语音", "hotline": "客服热线", "counter": "网点来访",
    "letter": "来信", "email": "邮件", "regulator": "监管转办",
}  # fmt: skip


async def history(session: AsyncSession, case: Case, principal: Principal, *, now: datetime) -> CustomerHistory:
    """`case` is within the reader's scope; so is every other one that is named here."""
    customer = await session.get(Customer, case.customer_id) if case.customer_id else None
    same = await _same(session, customer) if customer else []
    mine = Case.customer_id.in_({each.id for each in [customer, *same] if each is not None})
    found = await _cases(
        session, principal, or_(mine, Case.id == case.id, Case.conversation_id == case.conversation_id)
    )
    cases, more = found[:MOST_CASES], len(found) > MOST_CASES
    numbers = {each.id: each.number for each in cases}
    talks = await _talks(session, principal, cases, customer)
    rows = [
        *await _entries(session, numbers),
        *await _revisits(session, numbers),
        *await _conversations(session, talks),
        *await _calls(session, talks),
    ]
    rows.sort(key=lambda row: row.at, reverse=True)
    return CustomerHistory(
        number=case.number,
        name=customer.name_masked if customer else None,
        phone=customer.phone_masked if customer else None,
        id_number=customer.id_number_masked if customer else None,
        same=[SamePerson(name=each.name_masked, by=_by(each, customer)) for each in same],
        cases=await views.of_cases(session, cases, now=now),
        contacts=rows[:MOST_CONTACTS],
        cut=more or len(rows) > MOST_CONTACTS,
    )


async def _same(session: AsyncSession, customer: Customer) -> Sequence[Customer]:
    """By blind index: nothing is opened for it."""
    ways: list[ColumnElement[bool]] = []
    if customer.id_number_index:
        ways.append(Customer.id_number_index == customer.id_number_index)
    if customer.phone_index:
        ways.append(Customer.phone_index == customer.phone_index)
    if not ways:
        return []
    query = select(Customer).where(Customer.id != customer.id, or_(*ways)).order_by(Customer.id).limit(MOST_SAME)
    return (await session.scalars(query)).all()


def _by(other: Customer, customer: Customer | None) -> str:
    paper = customer is not None and other.id_number_index and other.id_number_index == customer.id_number_index
    return "证件号码相同" if paper else "电话号码相同"


async def _cases(session: AsyncSession, principal: Principal, which: ColumnElement[bool]) -> Sequence[Case]:
    query = await queries.scoped(session, principal, Case)
    order = Case.received_at.desc(), Case.number.desc()
    return (await session.scalars(query.where(which).order_by(*order).limit(MOST_CASES + 1))).all()


async def _talks(
    session: AsyncSession, principal: Principal, cases: Sequence[Case], customer: Customer | None
) -> set[UUID]:
    """Conversations of these cases, and of the customer where the reader may see them."""
    known = {each.conversation_id for each in cases}
    if customer is None:
        return known
    own = set(await session.scalars(select(Conversation.id).where(Conversation.customer_id == customer.id)))
    return known | await queries.seen_conversations(session, principal, own - known)


async def _entries(session: AsyncSession, numbers: Mapping[UUID, str]) -> list[ContactRow]:
    query = (
        select(TimelineEntry.case_id, TimelineEntry.at, TimelineEntry.kind, TimelineEntry.actor_name)
        .where(TimelineEntry.case_id.in_(numbers), TimelineEntry.kind.in_(CONTACTS))
        .order_by(TimelineEntry.at.desc())
        .limit(MOST_CONTACTS + 1)
    )
    return [
        ContactRow(at=row.at, label=LABELS[Kind(row.kind)], number=numbers[row.case_id], who=row.actor_name, about=None)
        for row in await session.execute(query)
    ]


async def _revisits(session: AsyncSession, numbers: Mapping[UUID, str]) -> list[ContactRow]:
    rows = await session.scalars(select(Revisit).where(Revisit.case_id.in_(numbers)))
    return [_revisit(row, numbers[row.case_id]) for row in rows]


def _revisit(row: Revisit, number: str) -> ContactRow:
    said = [STATE_LABELS[State(row.state)]]
    if row.solved is not None:
        said.append("已解决" if row.solved else "未解决")
    if row.score is not None:
        said.append(f"{row.score} 分")
    at = row.done_at or row.sent_at or row.due_at
    return ContactRow(at=at, label=f"第 {row.round} 次回访", number=number, who=None, about="，".join(said))


async def _conversations(session: AsyncSession, ids: Iterable[UUID]) -> list[ContactRow]:
    """One line each: how many messages the customer sent, and when the last one."""
    said = func.count().filter(Message.author == Author.CUSTOMER)
    query = (
        select(
            Conversation.id, Conversation.channel, Conversation.opened_at, Conversation.last_in_at, said.label("said")
        )
        .outerjoin(Message, Message.conversation_id == Conversation.id)
        .where(Conversation.id.in_(set(ids)))
        .group_by(Conversation.id)
    )
    return [_talk(row) for row in await session.execute(query) if row.said]


def _talk(row: Any) -> ContactRow:
    return ContactRow(
        at=row.last_in_at or row.opened_at,
        label=f"{CHANNELS.get(row.channel, row.channel)}会话",
        number=None,
        who="客户",
        about=f"客户消息 {row.said} 条",
        conversation_id=row.id,
    )


async def _calls(session: AsyncSession, ids: Iterable[UUID]) -> list[ContactRow]:
    query = select(CallTranscript.started_at, CallTranscript.conversation_id)
    rows = await session.execute(query.where(CallTranscript.conversation_id.in_(set(ids))))
    return [
        ContactRow(
            at=row.started_at, label="通话", number=None, who="客户", about="有通话文字",
            conversation_id=row.conversation_id,
        )
        for row in rows
    ]  # fmt: skip
