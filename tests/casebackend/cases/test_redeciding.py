"""What a colleague was asked is 已办 where it is asked of another by now, or where nobody needs it any more."""

from uuid import UUID

import pytest

from casebackend.people import accounts, leaving
from tests.casebackend.cases.around import holds, user
from tests.casebackend.cases.builders import PROPOSAL, Desk, filed, unit
from tests.casebackend.cases.test_arriving import lost
from tests.casebackend.cases.test_settling import told
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.casebackend.tellings.builders import owed, petition
from tests.world import World

ASKED = "case.decision"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def is_there(world: World, login: str, *, there: bool) -> None:
    """The account of a colleague who is on leave, or back."""
    who = await user(world, login)
    async with world.database.transaction() as session:
        found = await accounts.hold(session, who.id)
        if there:
            await accounts.enable(session, found, by=leaving.HANDING, now=world.time)
        else:
            await accounts.disable(session, found, "休假", by=leaving.HANDING, now=world.time)


async def test_a_decision_that_waits_for_another_head_by_now_is_done_for_the_former_one(
    world: World, desk: Desk
) -> None:
    await hired(world, "head", roles=["department_head"], organisation_id=UUID(await unit(world, "个人金融部")))
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    assert (await told(world, ASKED))[ASKED] == [("head", False)]
    await is_there(world, "head", there=False)
    assert (await told(world, ASKED))[ASKED] == [("head", True), ("executive", False)]
    await is_there(world, "head", there=True)
    assert (await told(world, ASKED))[ASKED] == [("head", False), ("executive", True)], "it came back to him"
    await desk.sure("head", receipt.case_id, "sign", opinion="同意")
    found = (await told(world, ASKED))[ASKED]
    assert found[:2] == [("head", True), ("executive", True)]
    assert {done for _, done in found[2:]} == {False}
    await holds(world)


async def test_of_two_whom_it_waits_for_the_change_of_another_ends_nothing(world: World, desk: Desk) -> None:
    """Corrected while it waits, and its turn is the same."""
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    before = await told(world, ASKED)
    assert {done for _, done in before[ASKED]} == {False}
    put_right = await Counter(world).changes("lead", receipt.number, "correction", amount="300", reason="金额有误")
    assert put_right.status_code == 200, put_right.text
    assert await told(world, ASKED) == before


async def test_a_notice_that_nobody_owes_a_petitioner_any_more_is_asked_of_nobody(world: World) -> None:
    counter = Counter(world)
    number = await petition(counter, unit_id=await unit(world, "北京朝阳支行"))
    asked = (await told(world, "telling.asked"))["telling.asked"]
    assert {done for _, done in asked} == {False}
    back = await counter.changes("supervisor", number, "matter", matter_type="complaint", reason="实为投诉")
    assert back.status_code == 200, back.text
    assert {done for _, done in (await told(world, "telling.asked"))["telling.asked"]} == {True}
    [duty] = await owed(counter.desk, number)
    assert not duty["open"]


async def test_nobody_has_to_tell_the_answer_of_a_case_that_was_voided(world: World) -> None:
    desk, case = await lost(world)
    assert (await told(world, "case.told"))["case.told"] == [("agent", False)]
    await hired(world, "admin2", roles=["system_admin"], display_name="钱管理")
    for login in ("admin", "admin2"):
        await desk.sure(login, case.id, "void", opinion="重复登记")
    assert (await told(world, "case.told"))["case.told"] == [("agent", True)]
