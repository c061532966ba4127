"""网点台账: a live view of what was taken in at the counters, by receiving unit and month."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.calendar.rules import SHANGHAI, local_date
from casebackend.cases import codes
from casebackend.cases.codes import Coded
from casebackend.cases.model import Case
from casebackend.cases.queries import eyes_of, open_to, scoped
from casebackend.cases.rules import Status
from casebackend.cases.words import FIELD_LABELS, STATUS_LABELS, Validity
from casebackend.conversations.rules import Channel
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.dictionaries.rules import AXES
from casebackend.matters.catalogue import catalogue
from casebackend.organisations.queries import tree
from casebackend.paging import beyond, cursor_of, moment, read_cursor
from casebackend.staff.queries import names

HEADINGS = ("日期", "编号", "受理网点", "投诉人", "事项", "内容", "承办人", "处理结果")
CODE, CHECKED = "代码", "代码核对"
AT_ONCE, SUMMARY = 200, 60
ORDER: tuple[ColumnElement[Any], ...] = (Case.received_at.expression, Case.number.expression)
RESULTS = {Validity.VALID: "投诉成立", Validity.INVALID: "投诉不成立"}


@dataclass(frozen=True, slots=True)
class Row:
    """`readable`: the reader finds the case itself, too; the counter hands over what is about other units."""

    day: date
    number: str
    unit: str
    complainant: str
    matter: str
    summary: str
    handler: str
    result: str
    classes: tuple[str, ...]
    coded: Coded
    readable: bool


def month_of(text: str | None, today: date) -> date:
    """The first day of a month written 2026-03; of this month when it says nothing sensible."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def last_of(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _bounds(month: date) -> tuple[datetime, datetime]:
    following = last_of(month) + timedelta(days=1)
    first, after = (datetime(day.year, day.month, 1, tzinfo=SHANGHAI) for day in (month, following))
    return first, after


async def rows(
    session: AsyncSession,
    by: Principal,
    *,
    month: date,
    unit_id: UUID | None = None,
    as_of: datetime | None = None,
    cursor: str | None = None,
    most: int = AT_ONCE,
) -> tuple[list[Row], str | None]:
    """Of the own unit and those below it; head office sees all. What is over is not for those who took no part in it.
    A page of them, and where the next one begins."""
    query = select(Case).where(*await _where(session, by, month, unit_id, as_of))
    if cursor:
        query = query.where(beyond(ORDER, read_cursor(cursor, [moment, str]), descending=False))
    found = (await session.scalars(query.order_by(*ORDER).limit(most + 1))).all()
    last = found[most - 1] if len(found) > most else None
    following = cursor_of([last.received_at.isoformat(), last.number]) if last is not None else None
    return await _shown(session, by, found[:most]), following


async def batches(
    session: AsyncSession, by: Principal, *, month: date, unit_id: UUID | None, as_of: datetime, most: int
) -> AsyncIterator[list[Row]]:
    """The whole month, page by page: memory does not grow with it."""
    left, cursor = most, None
    while left > 0:
        page, cursor = await rows(
            session, by, month=month, unit_id=unit_id, as_of=as_of, cursor=cursor, most=min(AT_ONCE, left)
        )
        yield page
        left -= len(page)
        if cursor is None:
            return


async def count(
    session: AsyncSession, by: Principal, *, month: date, unit_id: UUID | None, as_of: datetime | None = None
) -> int:
    where = await _where(session, by, month, unit_id, as_of)
    return int(await session.scalar(select(func.count()).select_from(Case).where(*where)) or 0)


async def _where(
    session: AsyncSession, by: Principal, month: date, unit_id: UUID | None, as_of: datetime | None
) -> list[ColumnElement[bool]]:
    scope = await scope_of(session, by)
    first, after = _bounds(month)
    where = [
        Case.channel == Channel.COUNTER,
        Case.status.not_in((Status.VOIDED,)),
        Case.received_at >= first,
        Case.received_at < after,
        scope.condition(Case.receiving_unit_id),
        open_to(eyes_of(by, scope)),
    ]
    if unit_id is not None:
        where.append(Case.receiving_unit_id.in_((await tree(session)).below(unit_id)))
    if as_of is not None:
        where.append(Case.filed_at <= as_of)
    return where


async def _shown(session: AsyncSession, by: Principal, cases: Sequence[Case]) -> list[Row]:
    if not cases:
        return []
    units = (await tree(session)).units
    handlers = await names(session, {case.handler_id for case in cases})
    people = await session.execute(
        select(Customer.id, Customer.name_masked).where(Customer.id.in_({case.customer_id for case in cases}))
    )
    complainants = {identity: name for identity, name in people}
    masks = await customers.masks(session, {case.conversation_id for case in cases})
    matters = catalogue().matters
    found = await codes.coded(session, cases)
    query = (await scoped(session, by, Case.id)).where(Case.id.in_([case.id for case in cases]))
    readable = set(await session.scalars(query))
    return [
        Row(
            day=local_date(case.received_at),
            number=case.number,
            unit=units[case.receiving_unit_id].name if case.receiving_unit_id in units else "—",
            complainant=(complainants.get(case.customer_id) if case.customer_id else None) or "—",
            matter=matters[case.matter_type].label,
            summary=customers.rendered(case.facts, masks.get(case.conversation_id, {}))[:SUMMARY],
            handler=handlers.get(case.handler_id, "—") if case.handler_id else "—",
            result=_result(case),
            classes=tuple(getattr(case, axis) for axis in AXES),
            coded=coded,
            readable=case.id in readable,
        )
        for case, coded in zip(cases, found, strict=True)
    ]


def _result(case: Case) -> str:
    said = STATUS_LABELS[Status(case.status)]
    judged = RESULTS.get(Validity(case.validity)) if case.validity else None
    return f"{said}（{judged}）" if judged else said


def headings() -> list[str]:
    """Besides what the page shows: classes and their official codes."""
    axes = [FIELD_LABELS[axis] for axis in AXES]
    return [*HEADINGS, *(f"{axis}{word}" for axis in axes for word in ("", CODE)), CHECKED]


def cells(row: Row) -> list[str]:
    """A code that was not in force on the day of the case is left out, and the last cell says why."""
    shown = [
        row.day.isoformat(), row.number, row.unit, row.complainant, row.matter, row.summary, row.handler, row.result,
    ]  # fmt: skip
    for axis, name in zip(AXES, row.classes, strict=True):
        shown += [name, row.coded.codes[axis]]
    passed = "通过" if any(row.coded.codes.values()) else "—"
    return [*shown, "；".join(row.coded.faults + row.coded.open_) or passed]
