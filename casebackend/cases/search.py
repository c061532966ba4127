"""Conditions read from a query string, and made into a WHERE."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.predicates import NONE, Asked, Kind, Predicate
from casebackend.customers import service as customers
from casebackend.dictionaries import queries as dictionaries
from casebackend.organisations.queries import tree
from casebackend.paging import BadFilter

LONGEST_TEXT, MOST_VALUES = 100, 30
FIRST_YEAR, LAST_YEAR = 1990, 2199
LARGEST = Decimal(10) ** 15
FLAGS = {"1": True, "0": False, "true": True, "false": False}

type Given = dict[str, list[Any]]


def read(args: Mapping[str, Sequence[str]]) -> Given:
    """The conditions in a query string. Empty values are left out, other names are not ours; a bad value is refused."""
    every = dict(args)  # what a request holds gives only the first value to `get`
    given: Given = {}
    for name, condition in CONDITIONS.items():
        words = [word.strip() for word in every.get(name, ()) if word.strip()]
        if words:
            given[name] = parsed(name, condition.kind, words, choices=condition.choices or {}, many=condition.many)
    return given


def parsed(name: str, kind: Kind, words: Sequence[str], *, choices: Mapping[str, str], many: bool) -> list[Any]:
    """The values of one parameter, or a refusal that names it."""
    if len(words) > (MOST_VALUES if many else 1):
        raise BadFilter(name)
    try:
        return [_value(kind, word, choices, unknown=many and not name.endswith("_tree")) for word in words]
    except (ValueError, InvalidOperation):
        raise BadFilter(name) from None


def _value(kind: Kind, word: str, choices: Mapping[str, str], *, unknown: bool) -> Any:
    """`unknown`: may ask for what has no value."""
    if "\0" in word or len(word) > LONGEST_TEXT:
        raise ValueError(word)
    match kind:
        case Kind.CHOICE:
            if word not in choices:
                raise ValueError(word)
            return word
        case Kind.UNIT | Kind.PERSON:
            return NONE if word == NONE and unknown else UUID(word)
        case Kind.FLAG:
            if word not in FLAGS:
                raise ValueError(word)
            return FLAGS[word]
        case _:
            return _number(kind, word)


def _number(kind: Kind, word: str) -> Any:
    """Days, amounts and counts within what a database can hold; a text as it is."""
    if kind is Kind.DAY:
        day = date.fromisoformat(word)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError(word)
        return day
    if kind is Kind.AMOUNT:
        amount = Decimal(word)
        if not amount.is_finite() or abs(amount) > LARGEST:
            raise ValueError(word)
        return amount
    if kind is Kind.COUNT:
        count = int(word)
        if not 0 <= count <= 1_000_000:
            raise ValueError(word)
        return count
    return word


async def clauses(session: AsyncSession, given: Given, *, now: datetime) -> list[ColumnElement[bool]]:
    """For a WHERE, in the order of the table."""
    asked = await asked_with(session, given, now=now)
    return [CONDITIONS[name].where(values, asked) for name, values in given.items()]


@dataclass(frozen=True, slots=True)
class Question:
    """Conditions for a statement that is kept: equal `form`, equal `clauses()`. Without a form it cannot be kept."""

    form: Hashable | None
    clauses: Callable[[], list[ColumnElement[bool]]]
    values: dict[str, Any]


async def question(session: AsyncSession, given: Given, *, now: datetime) -> Question:
    asked = await asked_with(session, given, now=now)
    where = {name: CONDITIONS[name].where for name in given}
    places = {name: each for name, each in where.items() if isinstance(each, Predicate)}

    def clauses() -> list[ColumnElement[bool]]:
        return [
            each.clause(each.place(f"asked_{name}"), each.form(given[name]))
            if isinstance(each, Predicate)
            else each(given[name], asked)
            for name, each in where.items()
        ]

    form = tuple((name, each.form(given[name])) for name, each in places.items())
    return Question(
        form if len(places) == len(where) else None,
        clauses,
        {f"asked_{name}": each.value(given[name], asked) for name, each in places.items()},
    )


async def asked_with(session: AsyncSession, given: Given, *, now: datetime) -> Asked:
    units = await tree(session)
    terms = {
        (condition.dictionary, value): await names_below(session, condition.dictionary, value)
        for name, values in given.items()
        if (condition := CONDITIONS[name]).dictionary and name.endswith("_tree")
        for value in values
    }
    return Asked(now, customers.vault(session).indexes, units.below, terms)


async def names_below(session: AsyncSession, dictionary: str, name: str) -> frozenset[str]:
    """A term and everything under it; a name that the dictionary does not hold stands for itself."""
    terms = await dictionaries.terms(session, dictionary)
    found, names = {term.id for term in terms if term.name == name}, {name}
    while more := {term.id for term in terms if term.parent_id in found} - found:
        found |= more
    return frozenset(names | {term.name for term in terms if term.id in found})


def by_receipt(given: Given) -> bool:
    """Whether a period of receipt is asked for: then it also decides the order."""
    return "received_from" in given or "received_to" in given


def as_pairs(given: Given) -> list[tuple[str, str]]:
    """Back to a query string."""
    return [(name, _word(value)) for name, values in given.items() for value in values]


def _word(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
