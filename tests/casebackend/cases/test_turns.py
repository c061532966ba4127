"""What waits for a review or to be dispatched is reminded of to those who may do it, and goes up from them."""

from uuid import UUID

from sqlalchemy import update

from casebackend.cases import turns
from casebackend.cases.model import Case
from casebackend.escalations.queries import receivers
from casebackend.staff.model import User
from tests.casebackend.cases.around import posts
from tests.casebackend.cases.builders import Desk, filed, unit
from tests.casebackend.escalations.test_jobs import only_legal, told
from tests.casebackend.staff.logins import hired
from tests.casebackend.workers import worker
from tests.world import World


async def heard(world: World, case_id: UUID, recipient: str) -> list[str]:
    async with world.database.reading() as session:
        case = await session.get_one(Case, case_id)
        return [user.login for user in await receivers(session, case, recipient, now=world.time)]


async def taken_in_at(world: World, case_id: UUID, name: str) -> UUID:
    place = UUID(await unit(world, name))
    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == case_id).values(receiving_unit_id=place))
    return place


async def test_the_reviewers_of_the_unit_are_reminded_and_their_superior_after_them(world: World) -> None:
    receipt = await filed(world)
    centre = await taken_in_at(world, receipt.case_id, "客户服务中心")
    second = await hired(world, "second", roles=["reviewer"], organisation_id=centre, staff_no="8101")
    await hired(world, "plain", roles=["intake"], organisation_id=centre, staff_no="8102")
    timer = await only_legal(world, receipt.case_id)
    world.time = timer.due_at
    await worker(world).tick()
    assert (await told(world, "clock.overdue"))["staff_overdue"] == ["lead", "second"]
    assert await heard(world, receipt.case_id, "superior") == ["supervisor"]
    assert await heard(world, receipt.case_id, "head") == ["lead"]
    async with world.database.transaction() as session:
        await session.execute(update(User).where(User.id == second.id).values(active=False))
    assert await heard(world, receipt.case_id, "handler") == ["lead"]


async def test_who_registered_a_case_or_stays_away_from_it_is_not_reminded_to_review_it(world: World) -> None:
    receipt = await filed(world)
    centre = await taken_in_at(world, receipt.case_id, "客户服务中心")
    await hired(world, "second", roles=["reviewer", "intake"], organisation_id=centre, staff_no="8101")
    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == receipt.case_id).values(creator="staff:second"))
    assert await heard(world, receipt.case_id, "handler") == ["lead"]
    declared = await posts(Desk(world), "lead", f"/cases/{receipt.number}/recusals", {"reason": "亲属"})
    assert declared.status_code == 201
    assert await heard(world, receipt.case_id, "handler") == ["branch"], "the next unit where somebody may review it"


async def test_a_case_of_the_regulator_is_reviewed_by_head_office_only(world: World) -> None:
    receipt = await filed(world)
    await taken_in_at(world, receipt.case_id, "北京分行")
    assert await heard(world, receipt.case_id, "handler") == ["branch"]
    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == receipt.case_id).values(source="regulator"))
    assert await heard(world, receipt.case_id, "handler") == ["lead", "supervisor"]


async def test_an_accepted_case_is_reminded_of_to_those_who_dispatch_it(world: World) -> None:
    receipt = await filed(world)
    await taken_in_at(world, receipt.case_id, "客户服务中心")
    await Desk(world).sure("lead", receipt.case_id, "accept")
    assert await heard(world, receipt.case_id, "handler") == ["agent", "lead"]
    assert await heard(world, receipt.case_id, "superior") == ["lead"], "of whoever is to dispatch it"
    async with world.database.reading() as session:
        case = await session.get_one(Case, receipt.case_id)
        assert [user.login for user in await turns.in_charge(session, case, now=world.time)] == ["branch"]
