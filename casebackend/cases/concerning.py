"""Conditions on whom and what a case is about, which stand in other tables: persons, papers, cards, demands, clocks."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, literal, or_, select

from casebackend.access.principal import Kind as Principals
from casebackend.cases.model import Case
from casebackend.cases.predicates import NONE, Asked, Predicate, Where
from casebackend.cases.rules import Move
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import BY_LAW
from casebackend.customers.model import Customer
from casebackend.demands.model import Supervision
from casebackend.demands.rules import State
from casebackend.matters.rules import MatterType
from casebackend.parties.model import BusinessObject, Party
from casebackend.parties.rules import ObjectKind, normalised
from casebackend.staff.model import User
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import Kind as Entry

CARDS = (ObjectKind.CARD, ObjectKind.ACCOUNT)


def of_customer(kind: str, column: Any) -> Where:
    """The customer with exactly this value; written as one likes, with spaces or in full width."""

    def clause(indexes: Any, _: None) -> ColumnElement[bool]:
        return Case.customer_id.in_(select(Customer.id).where(column.in_(indexes)))

    def indexes(values: list[Any], asked: Asked) -> list[str]:
        return [each for word in _written(values[0]) for each in asked.indexes(kind, word)]

    return Predicate(clause, indexes, several=True)


def _written(word: str) -> list[str]:
    return list(dict.fromkeys((word, normalised(word))))


def _about(indexes: Any, _: None) -> ColumnElement[bool]:
    named = BusinessObject.kind.in_(CARDS), BusinessObject.value_index.in_(indexes)
    return Case.id.in_(select(BusinessObject.case_id).where(*named))


card = Predicate(
    _about,
    lambda values, asked: [each for kind in CARDS for each in asked.indexes(f"object.{kind}", normalised(values[0]))],
    several=True,
)


def _of_tier(tiers: Any, nobody: bool) -> ColumnElement[bool]:
    some = Case.id.in_(select(Party.case_id).where(Party.tier.in_(tiers)))
    none = ~exists().where(Party.case_id == Case.id, Party.tier.is_not(None))
    return or_(some, none if nobody else false())


tier = Predicate(
    _of_tier,
    lambda values, _: [value for value in values if value != NONE],
    lambda values: NONE in values,
    several=True,
)


def _registered(ids: Any, nobody: bool) -> ColumnElement[bool]:
    logins = select(literal(f"{Principals.STAFF}:") + User.login).where(User.id.in_(ids))
    none = ~Case.creator.startswith(f"{Principals.STAFF}:")
    return or_(Case.creator.in_(logins), none if nobody else false())


# `none`: what no colleague took down, but the customer himself.
registrar = Predicate(
    _registered,
    lambda values, _: [value for value in values if value != NONE],
    lambda values: NONE in values,
    several=True,
)


def reopened() -> ColumnElement[bool]:
    """A review has decided once that it is handled anew, whatever became of it since."""
    return exists().where(TimelineEntry.case_id == Case.id, TimelineEntry.move == Move.REOPEN)


def reviewed() -> ColumnElement[bool]:
    """A review (核查) was applied for, whatever became of it."""
    return exists().where(TimelineEntry.case_id == Case.id, TimelineEntry.kind == Entry.REVIEW_APPLIED)


def extended_to(values: list[Any], _: Asked) -> ColumnElement[bool]:
    """A petition has one extension of its own, whose level is no further limit of law."""
    petition = Case.matter_type == MatterType.PETITION
    levels = [int(value) for value in values if value != MatterType.PETITION]
    found = and_(Case.extension_level.in_(levels), ~petition)
    return or_(found, and_(petition, Case.extension_level > 0)) if MatterType.PETITION in values else found


def supervised() -> ColumnElement[bool]:
    """There is a demand from above, or of the regulator, that is not ended."""
    return exists().where(Supervision.case_id == Case.id, Supervision.state != State.CLOSED)


def late_by_law(now: Any) -> ColumnElement[bool]:
    """Past the limit of law, now or when its clock stopped; a limit within the bank is none. Asked as two lists, each
    by its own index: among a million cases few are late."""
    late = select(Timer.case_id).where(Timer.kind.in_(sorted(BY_LAW)))
    running = late.where(Timer.stopped_at.is_(None), Timer.due_at <= now)
    return or_(Case.id.in_(running), Case.id.in_(late.where(Timer.due_at <= Timer.stopped_at)))
