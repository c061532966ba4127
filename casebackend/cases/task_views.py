"""Tasks, countersignings and recusals as staff read them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind as Kinds
from casebackend.access.principal import Principal
from casebackend.api.recusals import RecusalsView, RecusalView, WaiverView
from casebackend.api.tasks import CaseTasks, RoundView, TaskPage, TaskView
from casebackend.cases import countersigning, recusing
from casebackend.cases.model import Case
from casebackend.customers import service as customers
from casebackend.organisations.model import Organisation
from casebackend.paging import cursor_of, moment, read_cursor
from casebackend.recusals import queries as recusals
from casebackend.recusals.rules import LABELS as REASONS
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.tasks import queries, rules
from casebackend.tasks.model import CountersignRound, Task
from casebackend.tasks.rules import PENDING, Kind, Mode, RoundState, State

SAME_NAME = tuple(TaskView.model_fields.keys() & set(Task.__table__.columns.keys()))
BY_NAME = ("asked_by", "received_by", "answered_by")


class Box(StrEnum):
    """`waiting`: for me or my unit; `done`: what I answered; `sent`: what I asked for."""

    WAITING = "waiting"
    DONE = "done"
    SENT = "sent"


async def task_views(
    session: AsyncSession, tasks: Sequence[Task], principal: Principal, *, now: datetime
) -> list[TaskView]:
    rows = await session.scalars(select(Case).where(Case.id.in_({task.case_id for task in tasks})))
    cases = {case.id: case for case in rows}
    masks = await customers.masks(session, {case.conversation_id for case in cases.values()})
    people = await staff.names(session, {getattr(task, name) for task in tasks for name in (*BY_NAME, "user_id")})
    found = await session.execute(
        select(Organisation.id, Organisation.short_name).where(Organisation.id.in_({task.unit_id for task in tasks}))
    )
    units = {identity: name for identity, name in found}
    return [
        _view(
            task, cases[task.case_id], masks.get(cases[task.case_id].conversation_id, {}), people, units, principal, now
        )
        for task in tasks
    ]


def _view(
    task: Task,
    case: Case,
    masks: dict[str, str],
    people: dict[UUID, str],
    units: dict[UUID, str],
    principal: Principal,
    now: datetime,
) -> TaskView:
    kept: dict[str, Any] = {name: getattr(task, name) for name in SAME_NAME}
    texts = {
        name: customers.rendered(text, masks) if (text := getattr(task, name)) else text
        for name in ("demand", "answer", "cancel_reason")
    }
    names = {name: people.get(who) if (who := getattr(task, name)) else None for name in BY_NAME}
    pending = task.state in PENDING
    return TaskView(
        **kept
        | texts
        | names
        | {
            "case_number": case.number,
            "kind_label": rules.KIND_LABELS[Kind(task.kind)],
            "state_label": rules.STATE_LABELS[State(task.state)],
            "unit": units.get(task.unit_id) if task.unit_id else None,
            "person": people.get(task.user_id) if task.user_id else None,
            "overdue": pending and task.due_at <= now,
            "may_answer": pending and countersigning.may_answer(case, task, principal),
        }
    )


async def case_tasks(session: AsyncSession, case: Case, principal: Principal, *, now: datetime) -> CaseTasks:
    views = await task_views(session, await queries.of_case(session, case.id), principal, now=now)
    rounds = await queries.rounds_of(session, case.id)
    return CaseTasks(
        number=case.number,
        rounds=[_round(each, [view for view in views if view.round_id == each.id]) for each in rounds],
        consultations=[view for view in views if view.round_id is None],
    )


def _round(each: CountersignRound, parts: list[TaskView]) -> RoundView:
    mode, state = Mode(each.mode), RoundState(each.state)
    return RoundView(
        id=each.id,
        seq=each.seq,
        mode=mode,
        mode_label=rules.MODE_LABELS[mode],
        needed=rules.needed(mode, len(parts), each.quorum),
        state=state,
        state_label=rules.ROUND_LABELS[state],
        opened_at=each.opened_at,
        closed_at=each.closed_at,
        parts=parts,
    )


async def task_page(
    session: AsyncSession,
    principal: Principal,
    *,
    now: datetime,
    box: Box = Box.WAITING,
    cursor: str | None = None,
    limit: int = 50,
) -> TaskPage:
    after = read_cursor(cursor, (moment, UUID)) if cursor else None
    which: ColumnElement[bool] = queries.asked_of(principal.organisation_id, principal.user_id)
    states: tuple[State, ...] = PENDING
    if box is Box.DONE:
        which, states = Task.answered_by == principal.user_id, (State.ANSWERED,)
    elif box is Box.SENT:
        which, states = Task.asked_by == principal.user_id, tuple(State)
    if principal.kind is Kinds.SERVICE:
        which = true()  # a program is asked for nothing: it reads everybody's
    found, following = await queries.page(session, which, states=states, after=after, limit=limit)
    items = await task_views(session, found, principal, now=now)
    return TaskPage(items=items, next=cursor_of(following) if following else None)


async def recusals_view(session: AsyncSession, case: Case, principal: Principal) -> RecusalsView:
    declared = await recusals.of_case(session, case.id)
    waivers = await recusals.waivers_of(session, case.id)
    people = {row.user_id for row in declared} | {row.user_id for row in waivers}
    names = await staff.names(
        session, people | {row.lifted_by for row in declared} | {row.granted_by for row in waivers}
    )
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    me = await session.get(User, principal.user_id) if principal.user_id else None
    why = (await recusing.barred(session, case, [me])).get(me.id) if me else None
    return RecusalsView(
        number=case.number,
        mine=REASONS[why] if why else None,
        recusals=[
            RecusalView(
                id=row.id,
                user_id=row.user_id,
                name=names[row.user_id],
                reason=customers.rendered(row.reason, masks),
                declared_at=row.declared_at,
                lifted_by=names.get(row.lifted_by) if row.lifted_by else None,
                lifted_at=row.lifted_at,
                lifted_reason=customers.rendered(row.lifted_reason, masks) if row.lifted_reason else None,
            )
            for row in declared
        ],
        waivers=[
            WaiverView(
                id=row.id,
                user_id=row.user_id,
                name=names[row.user_id],
                reason=customers.rendered(row.reason, masks),
                granted_by=names[row.granted_by],
                granted_at=row.granted_at,
            )
            for row in waivers
        ],
    )
