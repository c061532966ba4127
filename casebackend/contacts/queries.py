"""The whole history of one customer, from a case or from a conversation: what a colleague must know before calling.
QT-05. Few statements however long the history."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.contacts import CustomerHistory, SamePerson
from casebackend.cases import queries, views
from casebackend.cases.model import Case
from casebackend.contacts import flow
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Conversation
from casebackend.customers.model import Customer
from casebackend.paging import beyond, cursor_of, moment, read_cursor

CASES, CONTACTS, MOST_SAME = 50, 100, 20


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the two lists go on: `contacts` and `cases` are the cursors that the page before gave."""

    contacts: str | None = None
    cases: str | None = None
    limit: int = CONTACTS


async def history(
    session: AsyncSession, case: Case, principal: Principal, pages: Pages, *, now: datetime
) -> CustomerHistory:
    """`case` is within the reader's scope; so is every other one that is named here."""
    around = or_(Case.id == case.id, Case.conversation_id == case.conversation_id)
    found = await _history(session, case.customer_id, around, (), principal, pages, now=now)
    return found.model_copy(update={"number": case.number})


async def history_of_talk(
    session: AsyncSession, conversation_id: UUID, principal: Principal, pages: Pages, *, now: datetime
) -> CustomerHistory:
    """Whether or not a case has come of the conversation."""
    talk = await session.get(Conversation, conversation_id)
    if talk is None or not await queries.sees_conversation(session, principal, conversation_id):
        raise ConversationNotFound
    around = Case.conversation_id == talk.id
    found = await _history(session, talk.customer_id, around, (talk.id,), principal, pages, now=now)
    return found.model_copy(update={"conversation_id": talk.id})


async def _history(
    session: AsyncSession,
    customer_id: UUID | None,
    around: ColumnElement[bool],
    known: Collection[UUID],
    principal: Principal,
    pages: Pages,
    *,
    now: datetime,
) -> CustomerHistory:
    customer = await session.get(Customer, customer_id) if customer_id else None
    same = await _same(session, customer) if customer else []
    mine = or_(Case.customer_id.in_({each.id for each in [customer, *same] if each is not None}), around)
    cases, next_cases = await _cases(session, principal, mine, pages.cases)
    seen = (await queries.scoped(session, principal, Case.id, Case.number, Case.conversation_id)).where(mine).subquery()
    talks = set(known) | set(await session.scalars(select(seen.c.conversation_id).distinct()))
    talks |= await _own_talks(session, principal, customer, talks)
    contacts, following = await flow.page(session, seen, talks, cursor=pages.contacts, limit=pages.limit)
    return CustomerHistory(
        number=None,
        conversation_id=None,
        name=customer.name_masked if customer else None,
        phone=customer.phone_masked if customer else None,
        id_number=customer.id_number_masked if customer else None,
        same=[SamePerson(name=each.name_masked, by=_by(each, customer)) for each in same],
        cases=await views.of_cases(session, cases, now=now),
        next_cases=next_cases,
        contacts=contacts,
        next=following,
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


async def _cases(
    session: AsyncSession, principal: Principal, which: ColumnElement[bool], cursor: str | None
) -> tuple[Sequence[Case], str | None]:
    order: list[Any] = [Case.received_at, Case.number]
    query = (await queries.scoped(session, principal, Case)).where(which)
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, (moment, str)), descending=True))
    rows = (await session.scalars(query.order_by(*(each.desc() for each in order)).limit(CASES + 1))).all()
    last = rows[:CASES][-1] if len(rows) > CASES else None
    return rows[:CASES], cursor_of([last.received_at.isoformat(), last.number]) if last else None


async def _own_talks(
    session: AsyncSession, principal: Principal, customer: Customer | None, known: Collection[UUID]
) -> set[UUID]:
    """The customer's other conversations that the reader may see."""
    if customer is None:
        return set()
    own = await session.scalars(select(Conversation.id).where(Conversation.customer_id == customer.id))
    return await queries.seen_conversations(session, principal, set(own) - set(known))
