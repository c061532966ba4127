"""The parts that conditions on cases are made of: each makes a WHERE from the values of one parameter."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, false, or_

from casebackend.calendar.rules import SHANGHAI
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.customers.rules import Kind as Personal

NONE = "none"


class Kind(StrEnum):
    """What stands in the field: it says how a value is read and how a form asks for it."""

    TEXT = "text"
    WORD = "word"
    CHOICE = "choice"
    TERM = "term"
    UNIT = "unit"
    PERSON = "person"
    DAY = "day"
    AMOUNT = "amount"
    COUNT = "count"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a condition may look at besides its own values."""

    now: datetime
    indexes: Callable[[str, str], list[str]]
    below: Callable[[UUID], frozenset[UUID]]
    terms_below: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)


type Where = Callable[[list[Any], Asked], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Predicate:
    """A `Where` that a kept statement can hold: `clause` is made of a place for the value and the form of the values,
    `value` is what stands in that place each time. `several`: it is a list."""

    clause: Callable[[Any, Any], ColumnElement[bool]]
    value: Callable[[list[Any], Asked], Any] = lambda values, _: values[0]
    form: Callable[[list[Any]], Hashable] = lambda _: None
    several: bool = False

    def __call__(self, values: list[Any], asked: Asked) -> ColumnElement[bool]:
        held = self.value(values, asked)
        # Without a value it takes the type of its column; a cached statement of the same form that was made with a
        # plain value reads nothing but the value.
        place: Any = bindparam(None, callable_=lambda: held, unique=True, expanding=self.several)
        place.value = held
        return self.clause(place, self.form(values))

    def place(self, name: str) -> Any:
        return bindparam(name, expanding=self.several)


@dataclass(frozen=True, slots=True)
class Condition:
    """`many`: may be given more than once, any of them counts. `dictionary`: where a TERM comes from. `personal`: it
    asks for one person; the value is found by its blind index alone, and never said in an audit."""

    name: str
    label: str
    kind: Kind
    where: Where
    many: bool = False
    choices: Mapping[str, str] | None = None
    dictionary: str | None = None
    personal: Personal | None = None


def one_of(column: Any) -> Where:
    def clause(place: Any, form: tuple[bool, bool]) -> ColumnElement[bool]:
        named, nothing = form
        some = column.in_(place) if named else false()
        return or_(some, column.is_(None)) if nothing else some

    def form(values: list[Any]) -> tuple[bool, bool]:
        return any(value != NONE for value in values), NONE in values

    return Predicate(clause, lambda values, _: [value for value in values if value != NONE], form, several=True)


def below(*columns: Any) -> Where:
    def units(values: list[Any], asked: Asked) -> list[UUID]:
        return sorted(frozenset().union(*(asked.below(value) for value in values)))

    return Predicate(lambda place, _: or_(*(column.in_(place) for column in columns)), units, several=True)


def terms_below(column: Any, dictionary: str) -> Where:
    def names(values: list[Any], asked: Asked) -> list[str]:
        return sorted(frozenset().union(*(asked.terms_below[dictionary, value] for value in values)))

    return Predicate(lambda place, _: column.in_(place), names, several=True)


def contains(*columns: Any) -> Where:
    return Predicate(lambda place, _: or_(*(column.icontains(place, escape="/") for column in columns)), _escaped)


def starts(column: Any) -> Where:
    return Predicate(lambda place, _: column.istartswith(place, escape="/"), _escaped)


def _escaped(values: list[Any], _: Asked) -> str:
    """Nothing in it means anything to LIKE."""
    return str(values[0]).replace("/", "//").replace("%", "/%").replace("_", "/_")


def at_least(column: Any) -> Where:
    return Predicate(lambda place, _: column >= place)


def at_most(column: Any) -> Where:
    return Predicate(lambda place, _: column <= place)


def flag(yes: Callable[[Asked], ColumnElement[bool]]) -> Where:
    """`yes` may look at the time alone."""

    def clause(now: Any, wanted: bool) -> ColumnElement[bool]:
        found = yes(Asked(now, lambda *_: [], lambda unit: frozenset({unit})))
        return found if wanted else ~found

    return Predicate(clause, lambda _, asked: asked.now, lambda values: bool(values[0]))


def from_day(column: Any) -> Where:
    return Predicate(lambda place, _: column >= place, lambda values, _: midnight(values[0]))


def to_day(column: Any) -> Where:
    return Predicate(lambda place, _: column < place, lambda values, _: midnight(values[0] + timedelta(days=1)))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def counted() -> ColumnElement[bool]:
    """What statistics count: not what was voided, and a repeated complaint once, with the case it was merged into."""
    return and_(Case.status.not_in((Status.VOIDED, Status.MERGED)), Case.master_id.is_(None))
