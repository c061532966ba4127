"""Which case may take in another one, and what becomes of the merged ones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import MoveCase
from casebackend.cases.guards import NotForRegulatorCases
from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.rules import UNANSWERED, Move, Status
from casebackend.clocks.queries import running
from casebackend.clocks.rules import BY_LAW
from casebackend.errors import Conflict

# What ends a master without an answer: the merged ones have had none either and go on by themselves.
FREES = frozenset({Move.WITHDRAW, Move.VOID, Move.DECLINE})


class CannotMerge(Conflict):
    slug, title = "cannot-merge", "不能合并"

    def __init__(self) -> None:
        super().__init__(
            "主投诉须为同一客户、同一被投诉机构、同类事项、收到在先且尚未办结的另一件投诉；"
            "客户未知的、有新事实的投诉和二次投诉须单独办理"
        )


async def lock(session: AsyncSession, case_id: UUID, command: MoveCase) -> None:
    """All cases that this move writes, in one order for everybody: two opposing merges wait for each other."""
    others: Select[Any]
    if command.move is Move.MERGE:
        others = select(Case.id).where(Case.number == command.master_number)
    elif command.move is Move.UNMERGE:
        others = select(Case.master_id).where(Case.id == case_id, Case.master_id.is_not(None))
    elif command.move in FREES:
        others = _merged_into(case_id)
    else:
        return
    ids = {case_id, *(await session.scalars(others)).all()}
    await session.execute(select(Case.id).where(Case.id.in_(ids)).order_by(Case.id).with_for_update())


async def concerned(session: AsyncSession, case: Case, command: MoveCase, *, rejoins: bool = False) -> UUID | None:
    """The case that this move merges into, or takes out of."""
    if command.move is Move.MERGE:
        return (await master_of(session, case, command.master_number, rejoins=rejoins)).id
    return case.master_id if command.move is Move.UNMERGE else None


async def master_of(session: AsyncSession, case: Case, number: str | None, *, rejoins: bool = False) -> Case:
    """An open case can never point to another, so merging makes no circle. A part that rejoins the whole it was split
    from is of the same customer, known or not, and its earlier limit goes with it (families/joining.py)."""
    master = await session.scalar(
        select(Case).where(Case.number == number).with_for_update().execution_options(populate_existing=True)
    )
    if (
        master is None
        or master.id == case.id
        or Status(master.status) not in UNANSWERED
        or master.customer_id != case.customer_id
        or master.matter_type != case.matter_type
        or case.kind == "second"
        or case.restart_count
        or not (rejoins or await _may_take_in(session, master, case))
    ):
        raise CannotMerge
    if is_regulated(case) and not is_regulated(master):
        raise NotForRegulatorCases
    return master


async def _may_take_in(session: AsyncSession, master: Case, case: Case) -> bool:
    """Of a customer who is known, about the same unit, and counted from no later than the one that goes into it."""
    known, same_unit = case.customer_id is not None, master.unit_id == case.unit_id
    return known and same_unit and await _counts_from(session, master) <= case.received_at


async def _counts_from(session: AsyncSession, master: Case) -> datetime:
    """From when its limit of law counts: the merged one must not wait longer than it would have alone."""
    origins = [timer.origin_at for timer in await running(session, master.id) if timer.kind in BY_LAW]
    return max([master.received_at, *origins])


def _merged_into(case_id: UUID) -> Select[UUID]:
    return select(Case.id).where(Case.master_id == case_id, Case.status == Status.MERGED).order_by(Case.id)


async def merged_into(session: AsyncSession, case_id: UUID) -> Sequence[UUID]:
    return (await session.scalars(_merged_into(case_id))).all()


async def followed(session: AsyncSession, case: Case) -> Case:
    """Where words and materials of a merged complaint belong now; itself when it is not merged."""
    seen = {case.id}
    while Status(case.status) is Status.MERGED and case.master_id is not None and case.master_id not in seen:
        seen.add(case.master_id)
        case = await session.get_one(Case, case.master_id)
    return case
