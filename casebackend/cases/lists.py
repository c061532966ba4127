"""The lists of a person: what is to be done, what is under way, what is done; and the queues of a desk."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, not_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import Scope, scope_of
from casebackend.cases.model import Case
from casebackend.cases.queries import near_due, took_part, within
from casebackend.cases.rules import (
    APPROVER,
    AUDITOR,
    COUNTED_AS_CLOSED,
    FOLLOW_UP,
    HANDLER,
    HEAD,
    IN_PROCESS,
    INTAKE,
    LEAD,
    MANAGER,
    OPEN,
    REVIEWER,
    Status,
)
from casebackend.clocks.model import Timer
from casebackend.customers.model import Customer, PersonalValue
from casebackend.database import by_name
from casebackend.paging import beyond, cursor_of, moment, read_cursor
from casebackend.paging import count as place
from casebackend.staff.model import User
from casebackend.tasks.model import Task
from casebackend.tasks.queries import asked_of
from casebackend.tasks.rules import PENDING

S = Status
PAGE = 50


def _of_the_case(column: Any, *where: ColumnElement[bool], name: str) -> Any:
    return select(column).where(*where).correlate(Case).scalar_subquery().label(name)


_MASKS = _of_the_case(
    by_name(PersonalValue.token, PersonalValue.masked),
    PersonalValue.conversation_id == Case.conversation_id,
    name="masks",
).element
_RUNS = (Timer.case_id == Case.id, Timer.stopped_at.is_(None))
# What `views.rows` shows, in its order: plain rows of a third of the columns cost a fraction of whole objects, and what
# stands in other tables comes with them, because each statement costs more than what it asks.
IN_A_ROW: tuple[Any, ...] = (
    Case.id, Case.number, Case.kind, Case.status, Case.channel, Case.severity, Case.lane, Case.facts, Case.unit_id,
    Case.handling_unit_id, Case.handler_id, Case.customer_id, Case.conversation_id, Case.category_b, Case.received_at,
    Case.promised_on, Case.urge_count,
    _of_the_case(User.display_name, User.id == Case.handler_id, name="handler"),
    _of_the_case(Customer.name_masked, Customer.id == Case.customer_id, name="customer_name"),
    _of_the_case(func.min(Timer.near_at), *_RUNS, name="near_at"),
    _of_the_case(func.min(Timer.due_at), *_RUNS, name="due_at"),
    case((Case.facts.contains("["), _MASKS)).label("masks"),
)  # fmt: skip
LISTED = select(*IN_A_ROW)
MOST_COUNTED = 999


class Queue(StrEnum):
    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    CLOSED = "closed"
    REVIEW = "review"
    UNASSIGNED = "unassigned"
    UNIT = "unit"
    NEAR_DUE = "near_due"
    ALL = "all"


# Whose move a case waits for while it is in nobody's hands. In hand it waits for its handler alone.
WAITS_FOR: dict[Status, frozenset[str]] = {
    S.DRAFT: frozenset({INTAKE}),
    S.PENDING_REVIEW: frozenset({REVIEWER}),
    S.ACCEPTED: frozenset({HANDLER, LEAD, MANAGER}),
    S.DISPATCHED: frozenset({HANDLER, HEAD}),
    S.PROPOSED: frozenset({AUDITOR}),
    S.CLOSURE_REVIEW: frozenset({APPROVER}),
    S.REPLY_PENDING: frozenset({INTAKE}),
    S.FOLLOW_UP: frozenset({FOLLOW_UP}),
}
IN_HAND = (S.INVESTIGATING, S.COUNTERSIGN, S.SUSPENDED, S.REPLY_PENDING)
ANSWERED = (S.REPLIED, S.FOLLOW_UP)
_FOREVER = date(9999, 12, 31)


def waiting_for(principal: Principal) -> ColumnElement[bool]:
    """What this person can act on now, besides the scope: in hand, given to him, asked of him, or his role's move."""
    me = principal.user_id
    statuses = sorted(status for status, roles in WAITS_FOR.items() if roles & principal.roles)
    anybody = and_(Case.status.in_(statuses), Case.assignee_id.is_(None), _not_own_work(principal))
    if me is None:
        return anybody
    # Said apart from the alternatives, so that a database starts from the few cases that are open.
    is_open = Case.status.in_(sorted(OPEN))
    in_hand = and_(Case.handler_id == me, Case.status.in_(IN_HAND))
    given = and_(Case.assignee_id == me, or_(Case.handler_id.is_(None), Case.handler_id == me), _before_reply())
    asked = Case.id.in_(select(Task.case_id).where(asked_of(principal.organisation_id, me), Task.state.in_(PENDING)))
    return and_(is_open, or_(in_hand, given, anybody, asked))


def _before_reply() -> ColumnElement[bool]:
    return Case.status.in_((S.ACCEPTED, S.DISPATCHED, *IN_HAND))


def _not_own_work(principal: Principal) -> ColumnElement[bool]:
    """Nobody reviews what he registered or decides on what he handled."""
    reviewed = and_(Case.status == S.PENDING_REVIEW, Case.creator == principal.actor)
    decided = and_(Case.status.in_((S.PROPOSED, S.CLOSURE_REVIEW)), Case.handler_id == principal.user_id)
    mine = or_(reviewed, and_(decided, Case.handler_id.is_not(None)))
    return not_(mine)


def in_queue(queue: Queue, principal: Principal, scope: Scope, now: datetime) -> ColumnElement[bool]:
    in_process = Case.status.in_(sorted(IN_PROCESS))
    match queue:
        case Queue.TODO:
            return waiting_for(principal)
        case Queue.DOING:
            under_way = Case.status.in_(sorted(OPEN - set(ANSWERED)))
            return and_(under_way, took_part(principal.user_id), not_(waiting_for(principal)))
        case Queue.DONE:
            finished = Case.status.not_in(sorted(OPEN - set(ANSWERED)))
            return and_(finished, took_part(principal.user_id), not_(waiting_for(principal)))
        case Queue.CLOSED:
            return Case.status.in_(sorted(COUNTED_AS_CLOSED))
        case Queue.REVIEW:
            return Case.status == S.PENDING_REVIEW
        case Queue.UNASSIGNED:
            return and_(Case.handler_id.is_(None), Case.status.in_((S.ACCEPTED, S.DISPATCHED)))
        case Queue.UNIT:
            own = {principal.organisation_id} if principal.organisation_id else set()
            return and_(Case.handling_unit_id.in_(scope.units | own), in_process)
        case Queue.NEAR_DUE:
            return and_(in_process, near_due(now))
        case Queue.ALL:
            return true()


def _order(queue: Queue, *, by_receipt: bool) -> tuple[list[Any], list[Any], bool]:
    """Columns, how to read their values again, and whether it runs downwards.

    Within a period of receipt the day of receipt leads: in the order of numbers a database would walk from the newest
    case down to the period.
    """
    if queue is not Queue.TODO:
        return ([Case.received_at, Case.number], [moment, str], True) if by_receipt else ([Case.number], [str], True)
    ordinary: ColumnElement[int] = case((Case.lane.is_not(None), 0), else_=1)
    due = func.coalesce(Case.promised_on, _FOREVER, type_=Case.promised_on.type)
    return [ordinary, due, Case.number], [place, date.fromisoformat, str], False


def _place(queue: Queue, row: Row[Any], *, by_receipt: bool) -> list[object]:
    if queue is not Queue.TODO:
        return [row.received_at.isoformat(), row.number] if by_receipt else [row.number]
    return [0 if row.lane is not None else 1, row.promised_on or _FOREVER, row.number]


async def page(
    session: AsyncSession,
    principal: Principal,
    *,
    now: datetime,
    queue: Queue = Queue.ALL,
    where: Sequence[ColumnElement[bool]] = (),
    cursor: str | None = None,
    limit: int = PAGE,
    by_receipt: bool = False,
) -> tuple[Sequence[Row[Any]], str | None]:
    """To do: the priority lane first, then what is due first. Elsewhere newest first, by number or by receipt."""
    scope = await scope_of(session, principal)
    order, kinds, descending = _order(queue, by_receipt=by_receipt)
    query = LISTED.where(within(scope, principal), in_queue(queue, principal, scope, now), *where)
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, kinds), descending=descending))
    query = query.order_by(*(each.desc() if descending else each for each in order)).limit(limit + 1)
    found = (await (await session.connection()).execute(query)).all()
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], cursor_of(_place(queue, last, by_receipt=by_receipt)) if last is not None else None


async def counts(
    session: AsyncSession, principal: Principal, *, now: datetime, queues: Collection[Queue] = tuple(Queue)
) -> dict[Queue, int]:
    """How many cases each list holds, in one statement; nobody counts beyond MOST_COUNTED + 1."""
    scope = await scope_of(session, principal)
    columns = [
        _capped([within(scope, principal), in_queue(queue, principal, scope, now)], MOST_COUNTED).label(queue)
        for queue in queues
    ]
    row = (await session.execute(select(*columns))).one()
    return dict(zip(queues, row, strict=True))


async def count(session: AsyncSession, principal: Principal, *, where: Sequence[ColumnElement[bool]], most: int) -> int:
    """How many cases meet the conditions; `most` + 1 when more than `most`."""
    scope = await scope_of(session, principal)
    return int(await session.scalar(select(_capped([within(scope, principal), *where], most))) or 0)


def _capped(conditions: Sequence[ColumnElement[bool]], most: int) -> Any:
    some = select(literal(1).label("one")).select_from(Case).where(*conditions).limit(most + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def shown(count: int, most: int = MOST_COUNTED) -> str:
    return f"{most}+" if count > most else str(count)
