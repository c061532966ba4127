"""What stands on which list of a person: whose move a case waits for, and what is in whose hands."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, not_, or_, select, true

from casebackend.access.principal import Kind
from casebackend.cases.judgement import SERIOUS
from casebackend.cases.model import Case
from casebackend.cases.queries import Eyes, near_due, took_part, undelivered
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
from casebackend.owings.queries import owed_on
from casebackend.staff.model import User
from casebackend.tasks.model import Task
from casebackend.tasks.queries import asked_of
from casebackend.tasks.rules import PENDING

S = Status


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


def waiting_for(eyes: Eyes) -> ColumnElement[bool]:
    """What this person can act on now, besides the scope: in hand, given to him, asked of him, or his role's move."""
    me = eyes.me
    statuses = sorted(status for status, roles in WAITS_FOR.items() if roles & eyes.roles)
    by_table = and_(Case.status.in_(statuses), Case.assignee_id.is_(None), Case.awaits.is_(None))
    anybody = and_(or_(by_table, _by_chain(eyes)), _not_own_work(eyes))
    if me is None:
        return anybody
    # Said apart from the alternatives, so that a database starts from the few cases that are open.
    is_open = Case.status.in_(sorted(OPEN))
    in_hand = and_(Case.handler_id == me, or_(Case.status.in_(IN_HAND), undelivered(), owed_on(Case.id)))
    given = and_(Case.assignee_id == me, or_(Case.handler_id.is_(None), Case.handler_id == me), _before_reply())
    asked = Case.id.in_(select(Task.case_id).where(asked_of(eyes.unit, me), Task.state.in_(PENDING)))
    return and_(is_open, or_(in_hand, given, anybody, asked))


def _by_chain(eyes: Eyes) -> ColumnElement[bool]:
    """Whoever had it in hand, a proposal waits for the decision of a role; where one unit is meant, in that unit."""
    anywhere = Case.awaits_unit_id.is_(None)
    mine = anywhere if eyes.unit is None else or_(anywhere, Case.awaits_unit_id == eyes.unit)
    return and_(Case.awaits.is_not(None), Case.awaits.in_(sorted(eyes.roles)), mine)


def _before_reply() -> ColumnElement[bool]:
    return Case.status.in_((S.ACCEPTED, S.DISPATCHED, *IN_HAND))


def _not_own_work(eyes: Eyes) -> ColumnElement[bool]:
    """Nobody reviews what he registered, decides on what he handled, or is the second pair of eyes on his own
    decision about what is grave."""
    reviewed = and_(Case.status == S.PENDING_REVIEW, Case.creator == eyes.actor)
    decided = and_(Case.status.in_((S.PROPOSED, S.CLOSURE_REVIEW)), Case.handler_id == eyes.me)
    agreed = and_(Case.judgement_reviewed_by == eyes.me, Case.judgement_reviewed_by.is_not(None))
    twice = and_(Case.status == S.CLOSURE_REVIEW, Case.severity.in_(sorted(SERIOUS)), agreed)
    mine = or_(reviewed, and_(decided, Case.handler_id.is_not(None)), twice, _anothers_draft(eyes))
    return not_(mine)


def _anothers_draft(eyes: Eyes) -> ColumnElement[bool]:
    """As `standing.anothers_draft`."""
    login = func.substr(Case.creator, len(f"{Kind.STAFF}:") + 1)
    able = cast(User.roles, String).contains(f'"{INTAKE}"')
    creator = exists().where(User.login == login, User.active, able, User.organisation_id == Case.receiving_unit_id)
    by_staff = Case.creator.startswith(f"{Kind.STAFF}:")
    return and_(Case.status == S.DRAFT, Case.creator != eyes.actor, by_staff, creator)


def in_queue(queue: Queue, eyes: Eyes, now: Any) -> ColumnElement[bool]:
    in_process = Case.status.in_(sorted(IN_PROCESS))
    match queue:
        case Queue.TODO:
            return waiting_for(eyes)
        case Queue.DOING:
            under_way = Case.status.in_(sorted(OPEN - set(ANSWERED)))
            return and_(under_way, took_part(eyes.me), not_(waiting_for(eyes)))
        case Queue.DONE:
            finished = Case.status.not_in(sorted(OPEN - set(ANSWERED)))
            return and_(finished, took_part(eyes.me), not_(waiting_for(eyes)))
        case Queue.CLOSED:
            return Case.status.in_(sorted(COUNTED_AS_CLOSED))
        case Queue.REVIEW:
            return Case.status == S.PENDING_REVIEW
        case Queue.UNASSIGNED:
            # In process without a handler: whoever had it has left, or has to stay away.
            waits = (S.ACCEPTED, S.DISPATCHED, *IN_HAND, S.PROPOSED, S.CLOSURE_REVIEW)
            return and_(Case.handler_id.is_(None), Case.status.in_(waits))
        case Queue.UNIT:
            return and_(Case.handling_unit_id.in_(eyes.own_units), in_process)
        case Queue.NEAR_DUE:
            return and_(in_process, near_due(now))
        case Queue.ALL:
            return true()
