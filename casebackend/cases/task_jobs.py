"""Notices about tasks: that one came, that nobody has received it, that its time is over, that it was answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.model import Case
from casebackend.clocks.rules import moment_text
from casebackend.notices.model import Notice
from casebackend.notices.service import Word, notify
from casebackend.notices.thresholds import in_force
from casebackend.organisations.model import Organisation
from casebackend.staff.model import User
from casebackend.staff.queries import of_unit
from casebackend.tasks.model import Task
from casebackend.tasks.rules import KIND_LABELS, MAY_ANSWER, PENDING, Kind, State
from casebackend.timeline.rules import Kind as Entry

AT_ONCE = 50
UNREAD, LATE, STILL = "task-unread", "task-late", "task-still"


async def _asked(session: AsyncSession, task: Task) -> list[User]:
    """The person, else whoever of the unit may answer."""
    if task.user_id is not None:
        user = await session.get(User, task.user_id)
        return [user] if user is not None else []
    people = await of_unit(session, task.unit_id) if task.unit_id is not None else []
    return [user for user in people if MAY_ANSWER & set(user.roles)]


async def _tell(
    session: AsyncSession, task: Task, cause: str, template: str, kind: str, to: Sequence[User], now: datetime
) -> None:
    case = await session.get_one(Case, task.case_id)
    unit = await session.get(Organisation, task.unit_id) if task.unit_id else None
    values = {
        "number": case.number,
        "kind": KIND_LABELS[Kind(task.kind)],
        "due": moment_text(task.due_at),
        "unit": unit.name if unit is not None else "对方",
    }
    word = Word(cause, kind, template, values, f"/cases/{case.number}#tasks", case_id=case.id)
    unit_id = task.unit_id or case.handling_unit_id or case.unit_id
    await notify(session, word, to=to, unit_id=unit_id, now=now)


async def on_asked(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    task = await session.get(Task, UUID(payload["task_id"]))
    if task is not None and task.state == State.OPEN:
        to = await _asked(session, task)
        await _tell(session, task, f"task:{task.id}", "staff_task", Entry.TASK_ASKED, to, now)


async def on_answered(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever asked, and whoever has the case now."""
    task = await session.get_one(Task, UUID(payload["task_id"]))
    handler = (await session.get_one(Case, task.case_id)).handler_id
    wanted = [await session.get(User, user) for user in (task.asked_by, handler) if user is not None]
    to = [user for user in wanted if user is not None]
    await _tell(session, task, f"task-answered:{task.id}", "staff_task_answered", Entry.TASK_ANSWERED, to, now)


async def to_remind(session: AsyncSession, *, now: datetime) -> Sequence[tuple[UUID, str]]:
    """Tasks that nobody received for too long, and those overdue; each is reminded of once."""
    unread = now - (await in_force(session, now)).hours("task.unread_hours")
    found = [(task, UNREAD) for task in await _ids(session, Task.state == State.OPEN, Task.sent_at <= unread)]
    found += [(task, LATE) for task in await _ids(session, Task.state.in_(PENDING), Task.due_at <= now)]
    causes = [f"{kind}:{task}" for task, kind in found]
    told = set(await session.scalars(select(Notice.cause).where(Notice.cause.in_(causes))))
    return [each for each, cause in zip(found, causes, strict=True) if cause not in told][:AT_ONCE]


async def _ids(session: AsyncSession, *conditions: ColumnElement[bool]) -> Sequence[UUID]:
    return (await session.scalars(select(Task.id).where(*conditions).order_by(Task.due_at, Task.id))).all()


async def remind(session: AsyncSession, what: tuple[UUID, str], *, now: datetime) -> None:
    identity, kind = what
    task = await session.get_one(Task, identity)
    if task.state not in (PENDING if kind == LATE else (State.OPEN,)):
        return
    template = "staff_task_late" if kind == LATE else "staff_task_unread"
    asked = await _asked(session, task)
    await _tell(session, task, f"{kind}:{task.id}", template, kind, asked, now)
    waiting = await _asker(session, task) if kind == LATE else []
    if waiting := [each for each in waiting if each not in asked]:
        await _tell(session, task, f"{STILL}:{task.id}", "staff_task_still", STILL, waiting, now)


async def _asker(session: AsyncSession, task: Task) -> list[User]:
    """Whoever waits for the answer: who asked; if he is gone, who has the case now."""
    handler = (await session.get_one(Case, task.case_id)).handler_id
    for user_id in (task.asked_by, handler):
        user = await session.get(User, user_id) if user_id is not None else None
        if user is not None and user.active:
            return [user]
    return []
