"""A decision is never looked at by the organisation that made it."""

from datetime import date
from uuid import UUID

from casebackend.api.limits import UseProfile
from casebackend.cases.filing import SYSTEM
from casebackend.editions import changed
from casebackend.organisations.model import Organisation
from casebackend.organisations.queries import ORGANISATIONS
from casebackend.reviews import rules
from casebackend.workflow.queries import takers_on
from casebackend.workflow.rules import LOOK, REVIEWED
from casebackend.workflow.service import use_profile
from tests.casebackend.cases.builders import PROPOSAL, Desk, filed, unit
from tests.casebackend.families.builders import slug
from tests.casebackend.reviews.test_routes import REPLY, applied, moves, sure
from tests.casebackend.staff.logins import hired
from tests.world import World

YES = {"opinion": "同意"}


async def proposed(desk: Desk, case: UUID, handler: str, where: str) -> None:
    await desk.sure("lead", case, "accept")
    await desk.sure("agent", case, "dispatch", handling_unit_id=where, opinion="属地办理")
    await desk.sure(handler, case, "receive")
    await desk.sure(handler, case, "propose", **PROPOSAL)


async def test_what_the_branch_signed_for_its_outlet_is_reviewed_by_head_office(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await proposed(desk, receipt.case_id, "outlet", await unit(world, "北京朝阳支行"))
    await desk.sure("branch", receipt.case_id, "sign", **YES)
    await desk.sure("auditor", receipt.case_id, "approve_opinion", **YES)
    await desk.sure("supervisor", receipt.case_id, "approve_reply", **YES)
    await desk.sure("outlet", receipt.case_id, "reply", **REPLY)
    review = await applied(desk, receipt.number)
    assert (review["deciding_unit"], review["reviewing_unit"]) == ("北京分行", "听诉示范银行总行")
    assert slug(await moves(desk, "branch", review, "accept")) == (403, "not-reviewing-unit")
    assert slug(await moves(desk, "auditor", review, "accept")) == (403, "took-part")
    assert (await sure(desk, "executive", review, "accept"))["reviewer"] == "吴行长"


async def test_what_a_department_of_the_branch_decided_is_not_reviewed_by_the_branch(world: World) -> None:
    async with world.database.transaction() as session:
        office = Organisation(
            code="1090", name="北京分行个人金融部", short_name="京个金部", level="department", aliases=[],
            parent_id=UUID(await unit(world, "北京分行")),
        )  # fmt: skip
        session.add(office)
        await session.flush()
        await changed(session, ORGANISATIONS)
    for login, role in (("clerk", "handler"), ("chief", "department_head")):
        await hired(world, login, roles=[role], organisation_id=office.id)
    desk = Desk(world)
    receipt = await filed(world)
    await proposed(desk, receipt.case_id, "clerk", str(office.id))
    await desk.sure("chief", receipt.case_id, "sign", **YES)
    await desk.sure("auditor", receipt.case_id, "approve_opinion", **YES)
    await desk.sure("supervisor", receipt.case_id, "approve_reply", **YES)
    await desk.sure("clerk", receipt.case_id, "reply", **REPLY)
    review = await applied(desk, receipt.number)
    assert (review["deciding_unit"], review["reviewing_unit"]) == ("北京分行", "听诉示范银行总行")
    assert slug(await moves(desk, "branch", review, "accept")) == (403, "not-reviewing-unit")


async def test_what_the_branch_finished_in_two_levels_is_reviewed_by_head_office(world: World) -> None:
    async with world.database.transaction() as session:
        use = UseProfile(
            unit_id=UUID(await unit(world, "北京分行")), profile="two_level", effective_from=date(2026, 3, 1),
            source="总行发文（假设）",
        )  # fmt: skip
        await use_profile(session, use, by=SYSTEM, now=world.time)
        [taker] = await takers_on(session, "two_level", REVIEWED, date(2026, 3, 2), LOOK, level=None, ordinary=True)
        assert frozenset(taker.roles) == rules.REVIEWERS
    desk = Desk(world)
    receipt = await filed(world)
    await proposed(desk, receipt.case_id, "outlet", await unit(world, "北京朝阳支行"))
    await desk.sure("branch", receipt.case_id, "approve_opinion", **YES)
    await desk.sure("branch", receipt.case_id, "approve_reply", **YES)
    await desk.sure("outlet", receipt.case_id, "reply", **REPLY)
    review = await applied(desk, receipt.number)
    assert review["reviewing_unit"] == "听诉示范银行总行"
    assert (await sure(desk, "supervisor", review, "accept"))["reviewer"] == "赵主管"
