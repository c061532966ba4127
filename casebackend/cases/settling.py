"""What colleagues were asked to do on a case is done once the history says so: their notices wait no longer.

An entry of the history ends what it is about; of tasks, clocks and demands the rows themselves say whether they wait.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import redeciding
from casebackend.cases.model import Case
from casebackend.cases.queries import is_undelivered
from casebackend.cases.rules import OPEN, Move, Status
from casebackend.cases.tasking import ENDS
from casebackend.clocks.model import Timer
from casebackend.demands.model import Supervision, SupervisionReply
from casebackend.demands.rules import State as Demand
from casebackend.notices import settling
from casebackend.notices.settling import Waiting
from casebackend.tasks.model import Task
from casebackend.tasks.rules import PENDING
from casebackend.tasks.rules import Kind as Asked
from casebackend.tasks.rules import State as Part
from casebackend.timeline.rules import Kind

# By the heads of their causes, with what the entry says of itself.
ENDED: dict[Kind, tuple[str, ...]] = {
    Kind.EXTENSION_DECIDED: ("extension-asked:",),
    Kind.EXTENDED: ("extension-asked:",),
    Kind.EXTENSION_TOLD: ("extension:{extension_id}", "material:{material_id}"),
    Kind.MATERIAL_DECIDED: ("material-asked:{material_id}",),
    Kind.RESTARTED: ("material-asked:{material_id}",),
    Kind.CONTACTED: ("untold:",),
    Kind.NOTICE_ARRIVED: ("untold:{message_id}",),
    Kind.TOLD: ("undelivered:",),
    Kind.NOTICE_TOLD: ("owed:{owed_id}",),
    Kind.VOID_REFUSED: ("void:",),
    Kind.ASSIGNED: ("unassigned:", "assigned:"),
    Kind.UNASSIGNED: ("assigned:",),
    Kind.REVIEW_MOVED: ("review:",),
    Kind.SURVEY_MISSED: ("revisit-call:",),
    Kind.EXPECTED_ANEW: (), Kind.REGULATOR_DATE: (),
    Kind.MATTER_CHANGED: (), Kind.REGRADED: (), Kind.CORRECTED: (), Kind.REJOINED: (),
    Kind.AWAITS: (), Kind.GROUP_CHANGED: (),
    Kind.TASK_RECEIVED: (), Kind.TASK_ANSWERED: (), Kind.TASK_CANCELLED: (),
    Kind.SUPERVISION_REPLIED: (), Kind.SUPERVISION_RETURNED: (), Kind.SUPERVISION_CLOSED: (),
}  # fmt: skip
# Any move takes the decision that was waited for; a move to another stage all that the former one asked for.
OF_A_MOVE = ("decision:",)
OF_A_STAGE = (
    "step:", "returned:", "todo:", "unread:", "unassigned:", "assigned:", "urged:", "revisit-call:",
)  # fmt: skip
OF_AN_OPEN_CASE = ("extension:", "material:", "untold:", "extension-asked:", "material-asked:", "supplemented:")
HANDS_ON = frozenset({Move.DISPATCH, Move.TRANSFER, Move.REPORT_UP, Move.SEND_BACK})

TASKS, UNRECEIVED = frozenset({"task", "task-unread", "task-late", "task-still"}), "task-unread"
CLOCKS = frozenset({Kind.NEAR_DUE, Kind.OVERDUE, Kind.ESCALATED})
TO_ANSWER = frozenset({"supervised", "supervision.returned", "supervision.unread"})
TO_END = frozenset({"supervision.replied", "supervision.handed_over"})


async def follow(
    session: AsyncSession,
    case: Case,
    kind: Kind,
    entry: Mapping[str, Any],
    *,
    by: UUID | None,
    had: Collection[UUID | None],
    now: datetime,
) -> None:
    """`entry`: what the history says; `by`: who did it; `had`: who had the case in hand, or was to have it, before."""
    move = entry.get("move")
    if move is None and kind not in ENDED:
        return
    anothers = move is None and kind in redeciding.ANOTHERS_TURN
    asked = await redeciding.asked_again(session, case, now=now) if anothers else None
    waiting = await settling.waiting(session, case.id)
    if not waiting:
        return
    heads = _heads(case, kind, entry)
    done = {each.id for each in waiting if each.cause.startswith(heads)}
    rid = _rid_of_it(case, move, by, had)
    done |= {each.id for each in waiting if each.user_id in rid and each.what in (Kind.NEAR_DUE, Kind.OVERDUE)}
    if asked is not None:
        done |= redeciding.asked_of_others(waiting, asked)
    for ended in (_clocks, _demands):
        done |= await ended(session, waiting)
    done |= await _parts(session, waiting, move)
    await settling.settle(session, done, now=now)


def _rid_of_it(case: Case, move: Move | None, by: UUID | None, had: Collection[UUID | None]) -> set[UUID]:
    """Whose own reminders of the clocks are of no use any more: who had it and has it no more, whoever handed it on;
    where nobody had it yet, who handed it on."""
    before = {each for each in had if each is not None}
    if not before and move in HANDS_ON and by is not None:
        return {by}
    return {each for each in before if each not in (case.handler_id, case.assignee_id)}


def _heads(case: Case, kind: Kind, entry: Mapping[str, Any]) -> tuple[str, ...]:
    detail = defaultdict(lambda: "-", entry.get("detail") or {})
    heads = [each.format_map(detail) for each in ENDED.get(kind, ())]
    if entry.get("move") is None:
        return tuple(heads)
    heads += OF_A_MOVE
    status = Status(case.status)
    if entry.get("from_status") != status:
        heads += [f"{head}{case.id}" if head != "revisit-call:" else head for head in OF_A_STAGE]
    if status not in OPEN:
        heads += OF_AN_OPEN_CASE
    if status is Status.VOIDED:
        heads.append("void:")
    if not is_undelivered(case):
        heads.append("undelivered:")
    return tuple(heads)


def _about(waiting: Sequence[Waiting], what: Collection[str]) -> dict[UUID, list[Waiting]]:
    found: dict[UUID, list[Waiting]] = {}
    for each in waiting:
        if each.what in what:
            found.setdefault(UUID(each.about), []).append(each)
    return found


async def _parts(session: AsyncSession, waiting: Sequence[Waiting], move: Move | None) -> set[UUID]:
    """That nobody has received it ends with the receipt, the rest with the answer or with the move after which none is
    wanted (see `tasking`)."""
    asked = _about(waiting, TASKS)
    if not asked:
        return set()
    rows = await session.execute(select(Task.id, Task.state, Task.kind).where(Task.id.in_(asked)))
    over = {Asked.COUNTERSIGN} if move is Move.COUNTERSIGN_DONE else set(Asked) if move in ENDS else set()
    return {
        each.id
        for task, state, kind in rows
        for each in asked[task]
        if state not in PENDING or kind in over or (each.what == UNRECEIVED and state != Part.OPEN)
    }


async def _clocks(session: AsyncSession, waiting: Sequence[Waiting]) -> set[UUID]:
    struck = _about(waiting, CLOCKS)
    if not struck:
        return set()
    stopped = select(Timer.id).where(Timer.id.in_(struck), Timer.stopped_at.is_not(None))
    return {each.id for timer in await session.scalars(stopped) for each in struck[timer]}


async def _demands(session: AsyncSession, waiting: Sequence[Waiting]) -> set[UUID]:
    """Of a demand (督办): to answer it ends with the answer, to look at the answer with what the supervisor says."""
    told = _about(waiting, TO_ANSWER | TO_END)
    if not told:
        return set()
    own = select(Supervision.id, Supervision.state).where(Supervision.id.in_(told))
    of_replies = select(SupervisionReply.id, Supervision.state).join(
        Supervision, Supervision.id == SupervisionReply.supervision_id
    )
    states = [*await session.execute(own), *await session.execute(of_replies.where(SupervisionReply.id.in_(told)))]
    return {each.id for about, state in states for each in told[about] if _is_met(each.what, state)}


def _is_met(what: str, state: str) -> bool:
    if what in TO_ANSWER:
        return state != Demand.OPEN
    return state == Demand.CLOSED or (what == "supervision.replied" and state == Demand.OPEN)
