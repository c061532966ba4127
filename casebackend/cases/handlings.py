"""Steps of all cases as one list: who did what, when, for which unit, until when, and whether in time; with them what
colleagues did and said without moving a case on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.handlings import HandlingRow
from casebackend.cases.fulltext import holds, words_of
from casebackend.cases.model import Case
from casebackend.cases.predicates import Kind, midnight
from casebackend.cases.queries import within
from casebackend.cases.search import parsed
from casebackend.cases.words import MOVE_LABELS
from casebackend.customers import service as customers
from casebackend.customers.rules import TOKEN
from casebackend.organisations.queries import tree
from casebackend.paging import beyond, count, cursor_of, moment, read_cursor
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import LABELS
from casebackend.timeline.rules import Kind as Event

Entry = TimelineEntry
PAGE = 50
# Handled, though the case stayed where it was.
BESIDES = (
    Event.TASK_ASKED, Event.TASK_RECEIVED, Event.TASK_ANSWERED, Event.TASK_CANCELLED, Event.ASSIGNED,
    Event.URGED, Event.STAFF_URGED, Event.SUPERVISED, Event.SUPERVISION_REPLIED, Event.SUPERVISION_RETURNED,
    Event.SUPERVISION_CLOSED, Event.EXTENSION_ASKED, Event.EXTENSION_DECIDED, Event.MATERIAL_DECIDED, Event.CONTACTED,
    Event.CLASSIFIED, Event.REGRADED, Event.MATTER_CHANGED, Event.UNITS_CHANGED, Event.CORRECTED,
    Event.REVIEW_APPLIED, Event.REVIEW_MOVED, Event.RECUSAL_DECLARED, Event.RECUSAL_WAIVED,
)  # fmt: skip
MODES = {str(move): label for move, label in MOVE_LABELS.items()} | {str(kind): LABELS[kind] for kind in BESIDES}


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    kind: Kind
    many: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)


FIELDS: dict[str, Field] = {
    each.name: each
    for each in (
        Field("mode", "办理方式", Kind.CHOICE, many=True, choices=MODES),
        Field("number", "投诉编号", Kind.TEXT),
        Field("person", "经办人", Kind.PERSON),
        Field("unit", "经办单位", Kind.UNIT),
        Field("unit_tree", "经办单位（含下级）", Kind.UNIT),
        Field("in_charge", "承办（接收）单位", Kind.UNIT),
        Field("in_charge_tree", "承办单位（含下级）", Kind.UNIT),
        Field("from", "办理日期自", Kind.DAY),
        Field("to", "办理日期至", Kind.DAY),
        Field("opinion", "拟办意见含", Kind.TEXT),
        Field("due_from", "环节时限自", Kind.DAY),
        Field("due_to", "环节时限至", Kind.DAY),
        Field("late", "是否按时", Kind.CHOICE, choices={"1": "超时办理", "0": "按时办理"}),
    )
}


def read(args: Mapping[str, Sequence[str]]) -> dict[str, list[Any]]:
    """As in a query string; a bad value is refused by the name of its parameter."""
    every = dict(args)  # what a request holds gives only the first value to `get`
    given: dict[str, list[Any]] = {}
    for name, each in FIELDS.items():
        words = [word.strip() for word in every.get(name, ()) if word.strip()]
        if words:
            given[name] = parsed(name, each.kind, words, choices=each.choices, many=each.many)
    return given


def _limit() -> Any:
    """Until when the step before left it: what this step ended had to be done by then."""
    before = aliased(Entry)
    return (
        select(before.due_at)
        .where(before.case_id == Entry.case_id, before.seq < Entry.seq, before.move.is_not(None))
        .order_by(before.seq.desc())
        .limit(1)
        .scalar_subquery()
    )


async def _clauses(session: AsyncSession, given: Mapping[str, list[Any]]) -> list[ColumnElement[bool]]:
    units, limit = await tree(session), _limit()
    one = {name: values[0] for name, values in given.items()}
    day = timedelta(days=1)
    made: dict[str, Callable[[], ColumnElement[bool]]] = {
        "mode": lambda: or_(Entry.move.in_(given["mode"]), and_(Entry.move.is_(None), Entry.kind.in_(given["mode"]))),
        "number": lambda: Case.number == one["number"].upper(),
        "person": lambda: Entry.user_id == one["person"],
        "unit": lambda: Entry.organisation_id == one["unit"],
        "unit_tree": lambda: Entry.organisation_id.in_(sorted(units.below(one["unit_tree"]))),
        "in_charge": lambda: Entry.unit_id == one["in_charge"],
        "in_charge_tree": lambda: Entry.unit_id.in_(sorted(units.below(one["in_charge_tree"]))),
        "from": lambda: Entry.at >= midnight(one["from"]),
        "to": lambda: Entry.at < midnight(one["to"] + day),
        "opinion": lambda: and_(*(holds(Entry.opinion, word) for word in words_of(one["opinion"]))),
        "due_from": lambda: Entry.due_at >= midnight(one["due_from"]),
        "due_to": lambda: Entry.due_at < midnight(one["due_to"] + day),
        "late": lambda: and_(
            Entry.move.is_not(None), limit.is_not(None), Entry.at > limit if one["late"] == "1" else Entry.at <= limit
        ),
    }
    return [made[name]() for name in given]


def _handled() -> ColumnElement[bool]:
    return or_(Entry.move.is_not(None), Entry.kind.in_(BESIDES))


async def page(
    session: AsyncSession,
    principal: Principal,
    *,
    given: Mapping[str, list[Any]],
    cursor: str | None = None,
    limit: int = PAGE,
) -> tuple[list[HandlingRow], str | None]:
    """Newest first, of the cases that the reader may see."""
    scope = await scope_of(session, principal)
    order: list[ColumnElement[Any]] = [Entry.at, Entry.case_id, Entry.seq]  # type: ignore[list-item]
    query = (
        select(Entry, Case.number, Case.conversation_id, _limit().label("had_to_be"))
        .join(Case, Case.id == Entry.case_id)
        .where(_handled(), within(scope, principal), *await _clauses(session, given))
    )
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, [moment, UUID, count]), descending=True))
    rows = (await session.execute(query.order_by(*(each.desc() for each in order)).limit(limit + 1))).all()
    shown = rows[:limit]
    wanted = {conversation for entry, _, conversation, _ in shown if entry.opinion and TOKEN.search(entry.opinion)}
    masks = await customers.masks(session, wanted) if wanted else {}
    units = {unit.id: unit.short_name for unit in (await tree(session)).units.values()}
    found = [
        _row(entry, number, limit_, units, masks.get(conversation, {})) for entry, number, conversation, limit_ in shown
    ]
    last = shown[-1][0] if len(rows) > limit else None
    return found, cursor_of([last.at.isoformat(), last.case_id, last.seq]) if last is not None else None


def _row(
    entry: TimelineEntry, number: str, limit: datetime | None, units: Mapping[UUID, str], masks: dict[str, str]
) -> HandlingRow:
    mode = entry.move or entry.kind
    return HandlingRow(
        number=number,
        at=entry.at,
        mode=mode,
        label=MODES[mode],
        person=entry.actor_name,
        unit=units.get(entry.organisation_id) if entry.organisation_id else None,
        in_charge=units.get(entry.unit_id) if entry.unit_id else None,
        opinion=customers.rendered(entry.opinion, masks) if entry.opinion else None,
        due_at=entry.due_at,
        late=entry.at > limit if limit and entry.move else None,
    )
