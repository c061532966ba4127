from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.supervision import SupervisionReplyView, SupervisionView
from casebackend.cases.model import Case
from casebackend.cases.queries import within
from casebackend.customers import service as customers
from casebackend.demands import rules
from casebackend.demands.model import Supervision, SupervisionReply
from casebackend.demands.rules import SOURCE_LABELS, STATE_LABELS, Source, State
from casebackend.paging import beyond, cursor_of, moment, read_cursor
from casebackend.supervision.service import answers

PAGE = 30


async def flagged(session: AsyncSession, case_ids: Collection[UUID]) -> set[UUID]:
    """The red flag: which of these cases have a demand that is not ended."""
    found = await session.scalars(
        select(Supervision.case_id).where(Supervision.case_id.in_(case_ids), Supervision.state != State.CLOSED)
    )
    return set(found)


async def earliest_due(session: AsyncSession, case_id: UUID) -> datetime | None:
    """The flag on the page of one case: until when the next demand wants its answer."""
    found: datetime | None = await session.scalar(
        select(Supervision.due_at)
        .where(Supervision.case_id == case_id, Supervision.state != State.CLOSED)
        .order_by(Supervision.due_at)
        .limit(1)
    )
    return found


async def of_case(session: AsyncSession, case: Case, by: Principal, *, now: datetime) -> list[SupervisionView]:
    """Newest first."""
    found = await session.scalars(
        select(Supervision).where(Supervision.case_id == case.id).order_by(Supervision.opened_at.desc())
    )
    return await views(session, [(item, case) for item in found], by, now=now)


async def page(
    session: AsyncSession,
    by: Principal,
    *,
    now: datetime,
    state: State | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> tuple[list[SupervisionView], str | None]:
    """Newest first, within the scope of who looks."""
    order: tuple[Any, ...] = (Supervision.opened_at, Supervision.id)
    query = (
        select(Supervision, Case)
        .join(Case, Case.id == Supervision.case_id)
        .where(within(await scope_of(session, by), by))
        .order_by(*(each.desc() for each in order))
    )
    if state is not None:
        query = query.where(Supervision.state == state)
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, (moment, UUID)), descending=True))
    found = [(item, case) for item, case in await session.execute(query.limit(limit + 1))]
    last = found[limit - 1][0] if len(found) > limit else None
    following = cursor_of([last.opened_at.isoformat(), last.id]) if last else None
    return await views(session, found[:limit], by, now=now), following


async def views(
    session: AsyncSession, pairs: Sequence[tuple[Supervision, Case]], by: Principal, *, now: datetime
) -> list[SupervisionView]:
    masks = await customers.masks(session, {case.conversation_id for _, case in pairs})
    replies = await _replies(session, [item.id for item, _ in pairs])
    return [
        _view(item, case, replies.get(item.id, []), masks.get(case.conversation_id, {}), by, now)
        for item, case in pairs
    ]


async def _replies(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[SupervisionReply]]:
    rows = await session.scalars(
        select(SupervisionReply).where(SupervisionReply.supervision_id.in_(ids)).order_by(SupervisionReply.at)
    )
    found: dict[UUID, list[SupervisionReply]] = {}
    for row in rows:
        found.setdefault(row.supervision_id, []).append(row)
    return found


def _view(
    item: Supervision,
    case: Case,
    replies: Sequence[SupervisionReply],
    masks: dict[str, str],
    by: Principal,
    now: datetime,
) -> SupervisionView:
    ended = item.state == State.CLOSED
    mine = rules.may_close(item.source, opened=item.opened_by == by.user_id, roles=by.roles)
    return SupervisionView(
        id=item.id,
        case_number=case.number,
        source=item.source,
        source_label=SOURCE_LABELS[Source(item.source)],
        number=item.number,
        demand=customers.rendered(item.demand, masks),
        opened_by_name=item.opened_by_name,
        opened_at=item.opened_at,
        due_at=item.due_at,
        state=item.state,
        state_label=STATE_LABELS[State(item.state)],
        overdue=item.state == State.OPEN and item.due_at <= now,
        read_at=item.read_at,
        replied_at=item.replied_at,
        closed_at=item.closed_at,
        closing_opinion=customers.rendered(item.closing_opinion, masks) if item.closing_opinion else None,
        replies=[
            SupervisionReplyView(
                kind=each.kind, actor_name=each.actor_name, text=customers.rendered(each.text, masks), at=each.at
            )
            for each in replies
        ],
        may_answer=not ended and answers(case, by),
        may_close=not ended and mine,
        may_return=item.state == State.REPLIED and mine,
        version=item.version,
    )
