"""The parts that conditions on cases are made of: each makes a WHERE from the values of one parameter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select

from casebackend.calendar.rules import SHANGHAI
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.customers.model import Customer

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
    phone_index: Callable[[str], str]
    below: Callable[[UUID], frozenset[UUID]]
    terms_below: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)


type Where = Callable[[list[Any], Asked], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Condition:
    """`many`: may be given more than once, any of them counts. `dictionary`: where a TERM comes from."""

    name: str
    label: str
    kind: Kind
    where: Where
    many: bool = False
    choices: Mapping[str, str] | None = None
    dictionary: str | None = None


def one_of(column: Any) -> Where:
    def where(values: list[Any], _: Asked) -> ColumnElement[bool]:
        named = [value for value in values if value != NONE]
        some = column.in_(named) if named else false()
        return or_(some, column.is_(None)) if NONE in values else some

    return where


def below(column: Any) -> Where:
    def where(values: list[Any], asked: Asked) -> ColumnElement[bool]:
        units = frozenset().union(*(asked.below(value) for value in values))
        found: ColumnElement[bool] = column.in_(sorted(units))
        return found

    return where


def terms_below(column: Any, dictionary: str) -> Where:
    def where(values: list[Any], asked: Asked) -> ColumnElement[bool]:
        names = frozenset().union(*(asked.terms_below[dictionary, value] for value in values))
        found: ColumnElement[bool] = column.in_(sorted(names))
        return found

    return where


def contains(*columns: Any) -> Where:
    return lambda values, _: or_(*(column.icontains(values[0], autoescape=True) for column in columns))


def at_least(column: Any) -> Where:
    return lambda values, _: column >= values[0]


def at_most(column: Any) -> Where:
    return lambda values, _: column <= values[0]


def flag(yes: Callable[[Asked], ColumnElement[bool]]) -> Where:
    return lambda values, asked: yes(asked) if values[0] else ~yes(asked)


def from_day(column: Any) -> Where:
    return lambda values, _: column >= midnight(values[0])


def to_day(column: Any) -> Where:
    return lambda values, _: column < midnight(values[0] + timedelta(days=1))


def phone(values: list[Any], asked: Asked) -> ColumnElement[bool]:
    owners = select(Customer.id).where(Customer.phone_index == asked.phone_index(values[0]))
    return Case.customer_id.in_(owners)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def counted() -> ColumnElement[bool]:
    """What statistics count: not what was voided, and a repeated complaint once, with the case it was merged into."""
    return and_(Case.status.not_in((Status.VOIDED, Status.MERGED)), Case.master_id.is_(None))
