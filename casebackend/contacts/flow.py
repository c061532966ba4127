"""Everything between a customer and us as one list, newest first, in pages: timeline entries, surveys, conversations
and calls. Each kind is one statement, over all cases and conversations at once."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from casebackend.api.contacts import ContactRow
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import Author
from casebackend.drafts.model import CallTranscript
from casebackend.paging import beyond, count, cursor_of, moment, read_cursor
from casebackend.revisits.model import Revisit
from casebackend.revisits.rules import STATE_LABELS, State
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import LABELS, Kind

# What went between the customer and us; the steps in between are nobody's business but the case's.
CONTACTS = (
    Kind.FILED, Kind.URGED, Kind.SUPPLEMENTED, Kind.LIKENESS_DECIDED, Kind.WITHDRAWN, Kind.CONTACT_CHANGED,
    Kind.DETAILS_READ, Kind.PICKUP_RENEWED, Kind.REPLIED, Kind.NOT_DELIVERED, Kind.TOLD, Kind.CONTACTED,
    Kind.EXTENSION_TOLD, Kind.NOTICE_AGREED, Kind.NOTICE_LOST, Kind.NOTICE_ARRIVED, Kind.NOTICE_TOLD, Kind.MATERIAL,
    Kind.DOCUMENT_RECEIVED, Kind.REVIEW_APPLIED, Kind.SECOND_OPENED,
)  # fmt: skip
CHANNELS = {
    "wechat": "微信", "webchat": "网页", "ivr": "电话语音", "hotline": "客服热线", "counter": "网点来访",
    "letter": "来信", "email": "邮件", "regulator": "监管转办",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of rows: `query` selects them with `at` and `id`, `row` shows one."""

    at: ColumnElement[datetime]
    id: ColumnElement[UUID]
    query: Select[Any]
    row: Callable[[Any], ContactRow]


async def page(
    session: AsyncSession, cases: Subquery, talks: Collection[UUID], *, cursor: str | None, limit: int
) -> tuple[list[ContactRow], str | None]:
    """`cases` has the id and number of each. Rows of one moment stand in the order of their sources, so that the
    cursor names one place among all of them."""
    after = read_cursor(cursor, (moment, count, UUID)) if cursor else None
    sources = (_entries(cases), _revisits(cases), _conversations(talks), _calls(talks))
    found: list[tuple[tuple[datetime, int, UUID], ContactRow]] = []
    for rank, source in enumerate(sources):
        for row in await session.execute(_cut(source, rank, after).limit(limit + 1)):
            found.append(((row.at, -rank, row.id), source.row(row)))
    found.sort(key=lambda each: each[0], reverse=True)
    shown = found[:limit]
    if len(found) <= limit:
        return [row for _, row in shown], None
    at, rank, last = shown[-1][0]
    return [row for _, row in shown], cursor_of([at.isoformat(), -rank, last])


def _cut(source: Source, rank: int, after: Sequence[Any] | None) -> Select[Any]:
    query = source.query.order_by(source.at.desc(), source.id.desc())
    if after is None:
        return query
    at, last_rank, last = after
    if rank == last_rank:
        return query.where(beyond([source.at, source.id], [at, last], descending=True))
    return query.where(source.at <= at if rank > last_rank else source.at < at)


def _entries(cases: Subquery) -> Source:
    entry = TimelineEntry
    query = select(entry.id, entry.at, entry.kind, entry.actor_name, cases.c.number)
    query = query.join(cases, cases.c.id == entry.case_id).where(entry.kind.in_(CONTACTS))
    return Source(_column(entry.at), _column(entry.id), query, _entry)


def _entry(row: Any) -> ContactRow:
    return ContactRow(at=row.at, label=LABELS[Kind(row.kind)], number=row.number, who=row.actor_name, about=None)


def _revisits(cases: Subquery) -> Source:
    at = func.coalesce(Revisit.done_at, Revisit.sent_at, Revisit.due_at)
    shown = (Revisit.id, Revisit.round, Revisit.state, Revisit.solved, Revisit.score)
    query = select(*shown, at.label("at"), cases.c.number).join(cases, cases.c.id == Revisit.case_id)
    return Source(at, _column(Revisit.id), query, _revisit)


def _revisit(row: Any) -> ContactRow:
    said = [STATE_LABELS[State(row.state)]]
    if row.solved is not None:
        said.append("已解决" if row.solved else "未解决")
    if row.score is not None:
        said.append(f"{row.score} 分")
    return ContactRow(
        at=row.at, label=f"第 {row.round} 次回访", number=row.number, who=None, about="，".join(said)
    )  # fmt: skip


def _conversations(ids: Collection[UUID]) -> Source:
    """One line each: how many messages the customer sent, and when the last one."""
    at = func.coalesce(Conversation.last_in_at, Conversation.opened_at)
    said = select(func.count()).where(Message.conversation_id == Conversation.id, Message.author == Author.CUSTOMER)
    counted = said.scalar_subquery()
    query = select(Conversation.id, Conversation.channel, at.label("at"), counted.label("said"))
    return Source(at, _column(Conversation.id), query.where(Conversation.id.in_(ids), counted > 0), _talk)


def _talk(row: Any) -> ContactRow:
    return ContactRow(
        at=row.at, label=f"{CHANNELS.get(row.channel, row.channel)}会话", number=None, who="客户",
        about=f"客户消息 {row.said} 条", conversation_id=row.id,
    )  # fmt: skip


def _calls(ids: Collection[UUID]) -> Source:
    call = CallTranscript
    shown: tuple[Any, ...] = (call.call_id.label("id"), call.started_at.label("at"), call.conversation_id)
    query = select(*shown)
    return Source(
        _column(call.started_at), _column(call.call_id), query.where(call.conversation_id.in_(ids)), _call
    )  # fmt: skip


def _call(row: Any) -> ContactRow:
    return ContactRow(
        at=row.at, label="通话", number=None, who="客户", about="有通话文字", conversation_id=row.conversation_id
    )


def _column[T](column: InstrumentedAttribute[T]) -> ColumnElement[T]:
    return column.expression
