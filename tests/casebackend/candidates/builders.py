"""Complaints that were answered and closed, and what became of them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from casebackend.api.cases import MoveCase
from casebackend.candidates.model import Candidate
from casebackend.cases.filing import SYSTEM
from casebackend.cases.rules import Move
from casebackend.cases.service import move_case
from tests.casebackend.cases.around import ticked
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, told, unit
from tests.casebackend.families.builders import closes
from tests.casebackend.registration.takers import Counter
from tests.world import World


async def ended(
    world: World, *, handled_by: str = "个人金融部", days: int = 3, reply: str = REPLY["reply_facts"], **fields: Any
) -> tuple[UUID, str]:
    """Registered at the counter, answered after so many days, and closed; id and number."""
    counter, desk = Counter(world), Desk(world)
    number = str((await counter.sure(**fields))["number"])
    await desk.sure("supervisor", number, "accept")
    await desk.sure("agent", number, "dispatch", handling_unit_id=await unit(world, handled_by), opinion="请核查")
    await desk.sure("agent", number, "receive")
    coded = {"no_recording_reason": "柜面办理，无录音", "business_channel_a": "营业现场", "category_b": "银行卡"}
    await desk.sure("agent", number, "propose", **PROPOSAL | coded)
    await desk.sure("executive", number, "sign", opinion="同意上报稽核")
    await desk.sure("supervisor", number, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", number, "approve_reply", opinion="同意办结")
    world.wait(days=days)
    counter.desk = desk = Desk(world)  # whoever was away so long has to log in again
    await desk.sure("agent", number, "reply", **REPLY | {"reply_facts": reply} | told(world))
    case = await counter.case(number)
    await closes(world, case.id)
    await ticked(world)
    return case.id, number


async def reopened(world: World, case_id: UUID) -> None:
    """As a review that finds for the customer does it."""
    async with world.database.transaction() as session:
        command = MoveCase(move=Move.REOPEN, opinion="核查后重新办理")
        await move_case(session, case_id, command, principal=SYSTEM, now=world.time)
    await ticked(world)


async def candidates(world: World) -> list[Candidate]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(Candidate).order_by(Candidate.made_at, Candidate.id)))


async def candidate_of(world: World, case_id: UUID) -> Candidate | None:
    async with world.database.reading() as session:
        found: Candidate | None = await session.scalar(select(Candidate).where(Candidate.case_id == case_id))
        return found
