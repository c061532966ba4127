"""The rows of a report: which values each stands for, and the conditions that open exactly those cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.predicates import NONE
from casebackend.cases.search import Given
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.queries import Term
from casebackend.organisations.history import named_on
from casebackend.organisations.queries import tree
from casebackend.organisations.rules import Level
from casebackend.organisations.tree import Tree, Unit
from casebackend.reports.rules import By, Period, bucket_label, buckets

UNITS = ("unit", "handling_unit", "receiving_unit", "responsible_unit")
UNKNOWN = "未指明"
OWN = "（本级）"


@dataclass(frozen=True, slots=True)
class Spec:
    """`values` of the column that the row counts; `narrow` replaces conditions of the report by narrower ones."""

    key: str
    label: str
    level: int
    values: frozenset[Any]
    narrow: Given


async def specs(
    session: AsyncSession, dimension: str, present: Collection[Any], given: Given, labels: Mapping[str, str]
) -> list[Spec]:
    """For the values that occur. `given` are the conditions of the whole report."""
    if dimension in UNITS:
        return _unit_specs(dimension, await _units(session, given), present, given)
    if dimension == "region":
        return _region_specs(await _units(session, given), present, given)
    dictionary = CONDITIONS[dimension].dictionary
    if dictionary is not None:
        return _term_specs(dimension, await dictionaries.terms(session, dictionary), present, given)
    return [_flat(dimension, value, labels) for value in present]


async def _units(session: AsyncSession, given: Given) -> Tree:
    """Under the names that they had at the end of the period."""
    until = given.get("received_to")
    return await named_on(session, until[0]) if until else await tree(session)


def _flat(dimension: str, value: Any, labels: Mapping[str, str]) -> Spec:
    word = NONE if value is None else str(value)
    return Spec(word, labels.get(word, UNKNOWN if value is None else word), 0, frozenset({value}), {dimension: [word]})


def time_specs(period: Period, by: By) -> list[Spec]:
    return [
        Spec(
            f"{each.first}",
            bucket_label(each, by),
            0,
            frozenset(_days(each)),
            {"received_from": [each.first], "received_to": [each.last]},
        )
        for each in buckets(period, by)
    ]


def _days(period: Period) -> list[Any]:
    return [period.first.fromordinal(n) for n in range(period.first.toordinal(), period.last.toordinal() + 1)]


def _region_specs(units: Tree, present: Collection[Any], given: Given) -> list[Spec]:
    """Each branch with what lies below it; the units of the head office are a group of their own."""
    asked = _asked("unit", units, given)
    branches = [unit for unit, _ in units.in_order() if unit.level == Level.BRANCH]
    found = _walked("unit", units, branches, present, asked)
    head = [
        unit
        for unit, _ in units.in_order()
        if unit.id in present and units.region(unit.id) is None and (asked is None or unit.id in asked)
    ]
    if head:
        ids = [unit.id for unit in head]
        found.append(Spec("head", "总行机关", 0, frozenset(ids), {"unit": ids}))
        found += [
            Spec(f"{unit.id}.own", unit.short_name, 1, frozenset({unit.id}), {"unit": [unit.id]}) for unit in head
        ]
    return found + _nowhere("unit", present)


def _nowhere(param: str, present: Collection[Any]) -> list[Spec]:
    return [Spec(NONE, UNKNOWN, 0, frozenset({None}), {param: [NONE]})] if None in present else []


def _unit_specs(param: str, units: Tree, present: Collection[Any], given: Given) -> list[Spec]:
    found = _walked(param, units, units.children.get(None, ()), present, _asked(param, units, given))
    return found + _nowhere(param, present)


def _asked(param: str, units: Tree, given: Given) -> frozenset[UUID] | None:
    """The units that the report is narrowed to, when it is."""
    asked: list[UUID] = given.get(f"{param}_tree", [])
    return frozenset().union(*(units.below(unit) for unit in asked)) if asked else None


def _walked(
    param: str, units: Tree, tops: Sequence[Unit], present: Collection[Any], allowed: frozenset[UUID] | None
) -> list[Spec]:
    """Units with what lies below them, as far as they are asked for: a row never holds more than the report."""
    found: list[Spec] = []

    def walk(children: Sequence[Unit], level: int) -> None:
        for unit in children:
            below = units.below(unit.id)
            inside = allowed is None or below <= allowed
            deeper = level
            if inside:
                found.append(Spec(str(unit.id), unit.short_name, level, below, {f"{param}_tree": [unit.id]}))
                deeper = level + 1
                if len(below) > 1 and unit.id in present:
                    label = unit.short_name + OWN
                    found.append(Spec(f"{unit.id}.own", label, deeper, frozenset({unit.id}), {param: [unit.id]}))
            walk(units.children.get(unit.id, ()), deeper)

    walk(tops, 0)
    return found


def _term_specs(param: str, terms: Sequence[Term], present: Collection[Any], given: Given) -> list[Spec]:
    children: dict[str | None, list[Term]] = {}
    for term in terms:
        children.setdefault(term.parent_id, []).append(term)

    def names(term: Term) -> frozenset[str]:
        return frozenset({term.name}).union(*(names(child) for child in children.get(term.id, ())))

    asked = given.get(f"{param}_tree", [])
    narrowed = [names(term) for term in terms if term.name in asked]
    allowed = frozenset(asked).union(*narrowed) if asked else None
    found: list[Spec] = []

    def walk(level: int, parent: str | None) -> None:
        for term in children.get(parent, ()):
            below, deeper = names(term), level
            if allowed is None or below <= allowed:
                found.append(Spec(term.name, term.name, level, below, {f"{param}_tree": [term.name]}))
                deeper = level + 1
                if len(below) > 1 and term.name in present:
                    own = Spec(
                        f"{term.name}.own", term.name + OWN, deeper, frozenset({term.name}), {param: [term.name]}
                    )
                    found.append(own)
            walk(deeper, term.id)

    walk(0, None)
    known = {term.name for term in terms}
    return found + [_flat(param, name, {}) for name in sorted(set(present) - known)]
