"""What a move of a case does to its tasks, and what it has to wait for."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.cases.words import MOVE_LABELS
from casebackend.outbox import service as outbox
from casebackend.tasks import errors, queries, service
from casebackend.tasks.rules import Mode, RoundState

WAITS = frozenset({Move.PROPOSE, Move.PROPOSE_REPLY, Move.REPLY})
ENDS = frozenset(
    {Move.WITHDRAW, Move.MERGE, Move.VOID, Move.DECLINE, Move.EDIT, Move.CLOSE_WITHOUT_FOLLOWUP, Move.CLOSE}
)


async def require_done(session: AsyncSession, case: Case, move: Move) -> None:
    """A case is neither proposed nor answered while something that it needs is still asked of others."""
    if move in WAITS and (count := await queries.open_required(session, case.id)):
        raise errors.TasksOpen(count)


async def require_another(session: AsyncSession, case: Case, move: Move, principal: Principal) -> None:
    """Whoever asked for opinions does not decide to go on without them."""
    if move is not Move.COUNTERSIGN_DONE or principal.user_id is None:
        return
    current = await queries.open_round(session, case.id)
    if current is not None and current.asked_by == principal.user_id:
        raise errors.AskedOneselfToEnd


async def follow(
    session: AsyncSession, case: Case, command: MoveCase, principal: Principal, *, opinion: str | None, now: datetime
) -> None:
    """No orphan step: whatever ends a case or a countersigning ends the parts that were asked of others."""
    if command.move is Move.ASK_COUNTERSIGN:
        await _ask(session, case, command, principal, demand=opinion or "", now=now)
    elif command.move is Move.COUNTERSIGN_DONE:
        await service.end_round(session, case.id, RoundState.CLOSED_EARLY, "提前结束会签", now=now)
    elif command.move in ENDS:
        await service.end_all(session, case.id, f"投诉已{MOVE_LABELS[command.move]}", now=now)


async def _ask(
    session: AsyncSession, case: Case, command: MoveCase, principal: Principal, *, demand: str, now: datetime
) -> None:
    asked = await service.whom(session, command.cosigners)
    for each in asked:
        require_others(case, principal, each)
    begun = await service.begin_round(
        session,
        case.id,
        asked,
        demand,
        mode=Mode(command.countersign_mode),
        quorum=command.countersign_quorum,
        by=principal.user_id,
        now=now,
    )
    for part in await queries.parts_of(session, begun.id):
        outbox.emit(session, "task.asked", {"case_id": str(case.id), "task_id": str(part.id)}, now=now)


def require_others(case: Case, principal: Principal, whom: service.WHOM) -> None:
    unit_id, user_id = whom
    if user_id is not None and user_id in (principal.user_id, case.handler_id):
        raise errors.AskedOneself
    if user_id is None and unit_id == case.handling_unit_id:
        raise errors.AskedOneself
