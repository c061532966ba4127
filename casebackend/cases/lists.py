"""The pages of a list, and how many cases it holds. A page is asked by a statement that is kept."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, func, literal, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.cases import search
from casebackend.cases.concerning import supervised
from casebackend.cases.model import Case
from casebackend.cases.queries import Eyes, eyes_of, form_of, places_for, seen_by, undelivered, values_of
from casebackend.cases.queues import Queue, in_queue
from casebackend.cases.search import Given
from casebackend.clocks.model import Timer
from casebackend.customers.model import Customer, PersonalValue
from casebackend.database import by_name
from casebackend.kept import Kept, kept
from casebackend.paging import beyond, cursor_of, moment, read_cursor
from casebackend.paging import count as place
from casebackend.staff.model import User

PAGE = 50
MOST_COUNTED = 999
# Lists of what is over grow for ever, and nobody works them off: their length is read from far fewer cases.
MOST_OVER = 99
_NOW = bindparam("now", type_=Timer.near_at.type)
_FOREVER = date(9999, 12, 31)


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
    Case.handling_unit_id, Case.category_b, Case.received_at, Case.promised_on, Case.urge_count,
    _of_the_case(User.display_name, User.id == Case.handler_id, name="handler"),
    _of_the_case(Customer.name_masked, Customer.id == Case.customer_id, name="customer_name"),
    _of_the_case(func.min(Timer.near_at), *_RUNS, name="near_at"),
    _of_the_case(func.min(Timer.due_at), *_RUNS, name="due_at"),
    undelivered().label("undelivered"),
    case((Case.facts.contains("["), _MASKS)).label("masks"),
    supervised().label("supervised"),
)  # fmt: skip
LISTED = select(*IN_A_ROW)
_NUMBER, _LANE, _RECEIVED, _PROMISED = (
    IN_A_ROW.index(each) for each in (Case.number, Case.lane, Case.received_at, Case.promised_on)
)


def _order(queue: Queue, *, by_receipt: bool) -> tuple[list[Any], list[Any], bool]:
    """Columns, how to read their values again, and whether it runs downwards.

    Within a period of receipt the day of receipt leads: in the order of numbers a database would walk from the newest
    case down to the period.
    """
    if queue is not Queue.TODO:
        return ([Case.received_at, Case.number], [moment, str], True) if by_receipt else ([Case.number], [str], True)
    ordinary: ColumnElement[int] = case((Case.lane.is_not(None), 0), else_=1)
    due = func.coalesce(Case.promised_on, literal(_FOREVER, Case.promised_on.type), type_=Case.promised_on.type)
    return [ordinary, due, Case.number], [place, date.fromisoformat, str], False


def _last(queue: Queue, row: Sequence[Any], *, by_receipt: bool) -> list[object]:
    if queue is not Queue.TODO:
        return [row[_RECEIVED].isoformat(), row[_NUMBER]] if by_receipt else [row[_NUMBER]]
    return [0 if row[_LANE] is not None else 1, row[_PROMISED] or _FOREVER, row[_NUMBER]]


def _statement(
    eyes: Eyes, queue: Queue, asked: Sequence[ColumnElement[bool]], *, continues: bool, by_receipt: bool, limit: int
) -> Select[Any]:
    query = LISTED.where(seen_by(eyes), in_queue(queue, eyes, _NOW), *asked)
    order, _, descending = _order(queue, by_receipt=by_receipt)
    if continues:
        after = [bindparam(f"after_{number}", type_=each.type) for number, each in enumerate(order)]
        query = query.where(beyond(order, after, descending=descending))
    # Said as a number: a planner that does not know the limit prepares for all the rows.
    most: Any = literal_column(str(limit + 1))
    return query.order_by(*(each.desc() if descending else each for each in order)).limit(most)


async def page(
    session: AsyncSession,
    principal: Principal,
    *,
    now: datetime,
    queue: Queue = Queue.ALL,
    given: Given | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
    by_receipt: bool = False,
) -> tuple[Sequence[Sequence[Any]], str | None]:
    """To do: the priority lane first, then what is due first. Elsewhere newest first, by number or by receipt."""
    eyes = eyes_of(principal, await scope_of(session, principal))
    after = read_cursor(cursor, _order(queue, by_receipt=by_receipt)[1]) if cursor else []
    asked = await search.question(session, given or {}, now=now)

    def made() -> Kept:
        return Kept(
            _statement(
                places_for(eyes), queue, asked.clauses(), continues=bool(after), by_receipt=by_receipt, limit=limit
            )
        )

    form = (queue, form_of(eyes), asked.form, bool(after), by_receipt, limit)
    statement = made() if asked.form is None else kept(form, made)
    held = {f"after_{number}": value for number, value in enumerate(after)}
    found = await statement.rows(session, values_of(eyes) | asked.values | held | {"now": now})
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], cursor_of(_last(queue, last, by_receipt=by_receipt)) if last is not None else None


async def counts(
    session: AsyncSession, principal: Principal, *, now: datetime, queues: Collection[Queue] = tuple(Queue)
) -> dict[Queue, int]:
    """How many cases each list holds, in one statement; nobody counts beyond `most_of` + 1."""
    eyes = eyes_of(principal, await scope_of(session, principal))

    def made() -> Kept:
        places = places_for(eyes)
        every = [_capped([seen_by(places), in_queue(each, places, _NOW)], most_of(each)).label(each) for each in queues]
        return Kept(select(*every))

    statement = kept((tuple(queues), form_of(eyes)), made)
    [row] = await statement.rows(session, values_of(eyes) | {"now": now})
    return dict(zip(queues, row, strict=True))


async def count(session: AsyncSession, principal: Principal, *, where: Sequence[ColumnElement[bool]], most: int) -> int:
    """How many cases meet the conditions; `most` + 1 when more than `most`."""
    eyes = eyes_of(principal, await scope_of(session, principal))
    return int(await session.scalar(select(_capped([seen_by(eyes), *where], most))) or 0)


def _capped(conditions: Sequence[ColumnElement[bool]], most: int) -> Any:
    limit: Any = literal_column(str(most + 1))
    some = select(literal_column("1").label("one")).select_from(Case).where(*conditions).limit(limit).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def most_of(queue: Queue) -> int:
    return MOST_OVER if queue in (Queue.DONE, Queue.CLOSED, Queue.ALL) else MOST_COUNTED


def shown(count: int, most: int = MOST_COUNTED) -> str:
    return f"{most}+" if count > most else str(count)
