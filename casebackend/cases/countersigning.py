"""Tasks of a case as those see them who ask and who are asked; a decided countersigning brings the case back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.api.tasks import AnswerTask, AskTask
from casebackend.cases import fields, filing, queries, recusing, service, standing, steering
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import HEAD, IN_PROCESS, UNANSWERED, Move, Status
from casebackend.cases.tasking import require_others
from casebackend.errors import Conflict
from casebackend.notices.thresholds import in_force
from casebackend.outbox import service as outbox
from casebackend.tasks import errors, rules
from casebackend.tasks import queries as task_queries
from casebackend.tasks import service as tasks
from casebackend.tasks.model import CountersignRound, Task
from casebackend.tasks.rules import Kind, Mode, RoundState, State
from casebackend.timeline.rules import Kind as Entry

ASSENTED = "超期未反馈，按规则视为无异议"
AT_ONCE = 50


class NotInProcess(Conflict):
    slug, title = "not-in-process", "投诉不在办理中"

    def __init__(self) -> None:
        super().__init__("只有处理中的投诉可以请其他单位协办")


def may_require(case: Case) -> bool:
    """Answered, a case is closed by the customer's word or by time: neither waits for a colleague."""
    return Status(case.status) in UNANSWERED


def may_ask(case: Case, principal: Principal) -> bool:
    """Whoever has the case in hand, the head of a department, and who audits it."""
    if Status(case.status) not in IN_PROCESS:
        return False
    in_hand = principal.user_id is not None and principal.user_id in (case.handler_id, case.assignee_id)
    return in_hand or bool(principal.roles & {HEAD, "auditor", "complaint_manager"})


async def ask(session: AsyncSession, case_id: UUID, command: AskTask, *, principal: Principal, now: datetime) -> Task:
    case = await service.hold(session, case_id)
    if Status(case.status) not in IN_PROCESS:
        raise NotInProcess
    await steering.require(session, case, principal)
    if not may_ask(case, principal):
        raise standing.NotInCharge
    if command.required and not may_require(case):
        raise errors.NothingWaits
    if command.due_at is not None and command.due_at <= now:
        raise errors.DueInThePast
    [whom] = await tasks.whom(session, [command.user_id or command.unit_id or UUID(int=0)])
    require_others(case, principal, whom)
    task = await tasks.add(
        session,
        case.id,
        Kind.CONSULT,
        whom,
        await fields.protected(session, case, command.demand),
        by=principal.user_id,
        now=now,
        required=command.required,
        due_at=command.due_at,
    )
    await filing.noted(session, case, Entry.TASK_ASKED, principal, now=now, opinion=task.demand, detail=_detail(task))
    outbox.emit(session, "task.asked", {"case_id": str(case.id), "task_id": str(task.id)}, now=now)
    return task


def _detail(task: Task) -> dict[str, object]:
    return {
        "task_id": str(task.id),
        "kind": task.kind,
        "unit_id": str(task.unit_id) if task.unit_id else None,
        "required": task.required,
    }


async def visible(session: AsyncSession, principal: Principal, task_id: UUID) -> Task:
    """Whoever sees the case sees its tasks; being asked lets one see the case."""
    task = await session.get(Task, task_id)
    if task is None or await queries.visible(session, principal, str(task.case_id)) is None:
        raise errors.TaskNotFound
    return task


async def _held(session: AsyncSession, task_id: UUID, principal: Principal) -> tuple[Case, Task]:
    """The case is locked before its task: a move does it in that order too."""
    task = await visible(session, principal, task_id)
    case = await service.hold(session, task.case_id)
    return case, await tasks.hold(session, task_id)


def may_answer(case: Case, task: Task, principal: Principal) -> bool:
    if principal.user_id in (task.asked_by, case.handler_id):
        return False
    return rules.answers_for(
        task_unit=task.unit_id,
        task_user=task.user_id,
        unit=principal.organisation_id,
        user=principal.user_id,
        roles=principal.roles,
    )


async def _asked(session: AsyncSession, case: Case, task: Task, principal: Principal) -> None:
    tasks.require_pending(task)
    if not may_answer(case, task, principal):
        raise errors.NotAsked
    await recusing.require_unbarred(session, case, principal)


async def receive(session: AsyncSession, task_id: UUID, *, principal: Principal, now: datetime) -> Task:
    case, task = await _held(session, task_id, principal)
    await _asked(session, case, task, principal)
    if task.state == State.RECEIVED:
        raise errors.TaskReceived
    task.state, task.received_at, task.received_by = State.RECEIVED, now, principal.user_id
    await session.flush()
    await filing.noted(session, case, Entry.TASK_RECEIVED, principal, now=now, detail=_detail(task))
    return task


async def answer(
    session: AsyncSession, task_id: UUID, command: AnswerTask, *, principal: Principal, now: datetime
) -> Task:
    case, task = await _held(session, task_id, principal)
    await _asked(session, case, task, principal)
    if not command.answer.strip() or (task.kind == Kind.COUNTERSIGN and command.agrees is None):
        raise errors.OpinionMissing
    said = await fields.protected(session, case, command.answer)
    agrees = command.agrees if task.kind == Kind.COUNTERSIGN else None
    await _answered(session, case, task, said, agrees, principal, now)
    return task


async def _answered(
    session: AsyncSession, case: Case, task: Task, said: str, agrees: bool | None, principal: Principal, now: datetime
) -> None:
    task.state, task.answer, task.agrees = State.ANSWERED, said, agrees
    task.answered_at, task.answered_by = now, principal.user_id
    task.received_at = task.received_at or now
    task.received_by = task.received_by or principal.user_id
    await session.flush()
    detail = _detail(task) | {"agrees": agrees}
    await filing.noted(session, case, Entry.TASK_ANSWERED, principal, now=now, opinion=said, detail=detail)
    outbox.emit(session, "task.answered", {"case_id": str(case.id), "task_id": str(task.id)}, now=now)
    if task.round_id is not None:
        await _settle(session, case, await session.get_one(CountersignRound, task.round_id), now)


async def _settle(session: AsyncSession, case: Case, current: CountersignRound, now: datetime) -> None:
    """Closes a round that is decided; the case goes back to whoever investigates it."""
    parts = await task_queries.parts_of(session, current.id)
    answers = [part.agrees for part in parts]
    state = rules.decided(Mode(current.mode), answers, current.quorum)
    if current.state != RoundState.OPEN or state is RoundState.OPEN:
        return
    await tasks.end_round(session, case.id, state, "会签已有结果", now=now)
    summary = f"{rules.ROUND_LABELS[state]}：{answers.count(True)}方同意、{answers.count(False)}方不同意"
    summary += f"、{answers.count(None)}方未反馈" if None in answers else ""
    command = MoveCase(move=Move.COUNTERSIGN_DONE, opinion=summary)
    await service.move_case(session, case.id, command, principal=SYSTEM, now=now)


async def cancel(session: AsyncSession, task_id: UUID, reason: str, *, principal: Principal, now: datetime) -> Task:
    case, task = await _held(session, task_id, principal)
    tasks.require_pending(task)
    if principal.user_id not in (task.asked_by, case.handler_id) and HEAD not in principal.roles:
        raise errors.NotTheAsker
    await steering.require(session, case, principal)
    if task.round_id is not None:
        raise errors.PartOfRound
    tasks.cancel(task, await fields.protected(session, case, reason), now=now)
    await session.flush()
    await filing.noted(
        session, case, Entry.TASK_CANCELLED, principal, now=now, opinion=task.cancel_reason, detail=_detail(task)
    )
    return task


async def assentable(session: AsyncSession, *, now: datetime) -> Sequence[UUID]:
    """Only where the bank's rule says that silence is no objection; by default parts are reminded of and wait."""
    if not (await in_force(session, now)).number("task.overdue_is_assent"):
        return ()
    return [part.id for part in await task_queries.overdue_parts(session, now=now, limit=AT_ONCE)]


async def assent(session: AsyncSession, task_id: UUID, *, now: datetime) -> None:
    case, task = await _held(session, task_id, SYSTEM)
    if task.state in rules.PENDING:
        await _answered(session, case, task, ASSENTED, True, SYSTEM, now)
