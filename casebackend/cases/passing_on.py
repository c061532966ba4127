"""自由转办: whoever has a case in hand gives it to a colleague of his unit, who receives it like any other."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.cases import recusing, taking
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.cases.words import EXCLUDED
from casebackend.errors import Conflict
from casebackend.outbox import service as outbox


class CannotTake(Conflict):
    slug, title = "cannot-take", "不能转交给该人员"

    def __init__(self, why: str) -> None:
        super().__init__(why, field="assignee_id")


def to_colleague(command: MoveCase) -> bool:
    return command.move is Move.TRANSFER and command.assignee_id is not None


def completed(case: Case, command: MoveCase) -> MoveCase:
    """Whoever names a colleague means the unit that has the case."""
    if not to_colleague(command) or command.handling_unit_id is not None:
        return command
    return command.model_copy(update={"handling_unit_id": case.handling_unit_id})


async def require(session: AsyncSession, case: Case, command: MoveCase, principal: Principal, *, now: datetime) -> None:
    """Nobody who has to stay away chooses who goes on, and nobody gets it who could not be assigned it."""
    if not to_colleague(command):
        return
    if command.handling_unit_id != case.handling_unit_id:
        raise CannotTake("改派到其他单位的，承办人由该单位确定")
    await recusing.require_unbarred(session, case, principal)
    if command.assignee_id == case.handler_id:
        raise CannotTake("投诉已由该人员承办")
    people = [user for user in await taking.handlers(session, case.handling_unit_id) if user.id == command.assignee_id]
    if not people:
        raise CannotTake("只能转交给承办单位的承办人")
    why = (await taking.excluded(session, case, people, now=now)).get(people[0].id)
    if why is not None:
        raise CannotTake(f"该人员{EXCLUDED[why]}")


def told(session: AsyncSession, case: Case, command: MoveCase, *, now: datetime) -> None:
    """The new one hears of it."""
    if to_colleague(command):
        payload: dict[str, object] = {
            "case_id": str(case.id), "user_id": str(case.assignee_id), "version": case.version,
        }  # fmt: skip
        outbox.emit(session, "case.assigned", payload, now=now)
