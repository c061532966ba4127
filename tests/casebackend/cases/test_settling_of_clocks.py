"""The reminders of a clock are 已办 when it stops, and for whoever has the case no more; whatever stopped it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.notices.model import Notice
from tests.casebackend.assignments.test_service import gives
from tests.casebackend.cases.around import posts, user
from tests.casebackend.cases.builders import Desk, filed, unit
from tests.casebackend.cases.test_settling import told
from tests.casebackend.families.test_joining import joins, split
from tests.casebackend.notices.test_routes import mine
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.world import World

BY_LAW, BY_REGULATOR, DESIGNATED = "法定处理时限（一般）", "监管要求时限", "指定答复期限"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def waiting(world: World, clock: str) -> int:
    """How many reminders of this clock nobody is rid of."""
    await told(world)
    async with world.database.reading() as session:
        kinds = ("clock.near_due", "clock.overdue", "clock.escalated")
        found = await session.scalars(select(Notice).where(Notice.kind.in_(kinds), Notice.done_at.is_(None)))
        return sum(each.values["clock"] == clock for each in found)


async def test_reminders_of_a_clock_end_with_the_clock_also_those_to_be_acknowledged(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    world.wait(days=70)
    kinds = ("clock.overdue", "clock.escalated")
    found = await told(world, *kinds)
    assert set(found) == set(kinds)
    assert not any(done for each in found.values() for _, done in each)
    before = (await mine(desk, "supervisor"))["unread"]
    await hired(world, "admin2", roles=["system_admin"], display_name="钱管理")
    for login in ("admin", "admin2"):
        await desk.sure(login, receipt.case_id, "void", opinion="重复登记")
    assert all(done for each in (await told(world, *kinds)).values() for _, done in each)
    assert (await mine(desk, "supervisor"))["unread"] < before


async def test_who_hands_a_case_on_is_rid_of_the_reminders_of_its_clocks(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    world.wait(days=13)
    assert ("agent", False) in (await told(world, "clock.near_due", "clock.overdue"))["clock.overdue"]
    other = await unit(world, "稽核部")
    desk.browsers.clear()
    await desk.sure("agent", receipt.case_id, "transfer", handling_unit_id=other, opinion="应由稽核部核查")
    found = await told(world, "clock.near_due", "clock.overdue")
    assert {done for each in found.values() for login, done in each if login == "agent"} == {True}


async def test_who_takes_a_case_out_of_anothers_hands_keeps_his_own_reminders(world: World, desk: Desk) -> None:
    where = UUID(await unit(world, "个人金融部"))
    await hired(world, "zhang", roles=["handler"], organisation_id=where)
    await hired(world, "chief", roles=["department_head"], organisation_id=where)
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure("lead", receipt.case_id, "dispatch", handling_unit_id=str(where), opinion="请核查")
    await desk.sure("zhang", receipt.case_id, "receive")
    world.wait(days=13)
    before = await told(world, "clock.near_due", "clock.overdue")
    assert {"zhang", "chief"} <= {login for each in before.values() for login, done in each if not done}
    desk.browsers.clear()
    other = await unit(world, "稽核部")
    await desk.sure("chief", receipt.case_id, "transfer", handling_unit_id=other, opinion="应由稽核部核查")
    found = await told(world, "clock.near_due", "clock.overdue")
    of = {
        login: {done for each in found.values() for who, done in each if who == login} for login in ("zhang", "chief")
    }
    assert of["zhang"] == {True}
    assert False in of["chief"], "the limit of law runs on"


async def test_who_is_relieved_of_a_case_is_rid_of_the_reminders_of_its_clocks(world: World, desk: Desk) -> None:
    where = UUID(await unit(world, "个人金融部"))
    for login in ("zhang", "li"):
        await hired(world, login, roles=["handler"], organisation_id=where)
        await desk.browser(login)
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure("lead", receipt.case_id, "dispatch", handling_unit_id=str(where), opinion="请核查")
    await desk.sure("zhang", receipt.case_id, "receive")
    world.wait(days=13)
    before = await told(world, "clock.near_due", "clock.overdue")
    assert "zhang" in {login for each in before.values() for login, done in each if not done}
    desk.browsers.clear()
    await desk.browser("li")
    given = {"user_id": str((await user(world, "li")).id), "reason": "张经办休假"}
    assert (await gives(desk, "lead", receipt.case_id, given)).status_code == 200
    found = await told(world, "clock.near_due", "clock.overdue")
    assert {done for each in found.values() for login, done in each if login == "zhang"} == {True}


async def late(world: World, days: int, **fields: Any) -> tuple[Counter, str]:
    """Registered, and nobody did anything since."""
    number: str = (await Counter(world).sure(**fields))["number"]
    world.wait(days=days)
    return Counter(world), number


async def test_with_another_matter_the_reminders_of_the_limit_of_law_end(world: World) -> None:
    counter, number = await late(world, 16)
    assert await waiting(world, BY_LAW)
    changed = await counter.changes("supervisor", number, "matter", matter_type="suggestion", reason="实为建议")
    assert changed.status_code == 200, changed.text
    assert await waiting(world, BY_LAW) == 0


async def test_with_another_designated_day_those_of_the_former_one_end(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure())["number"]
    body = {"severity": "紧急投诉", "reason": "客户现场等候"}
    set_ = await counter.changes("lead", number, "severity", **body, designated_on="2026-03-06")
    assert set_.status_code == 200, set_.text
    world.wait(days=6)
    assert await waiting(world, DESIGNATED)
    moved = await Counter(world).changes("lead", number, "severity", **body, designated_on="2026-04-30")
    assert moved.status_code == 200, moved.text
    assert await waiting(world, DESIGNATED) == 0


async def test_what_was_no_paper_of_the_regulator_reminds_nobody_of_its_day(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(facts="另一件事"))["number"]
    paper = {"source": "regulator", "regulator_number": "GJ-1", "regulator_due_on": "2026-03-04", "reason": "监管下发"}
    assert (await counter.changes("agent", number, "correction", **paper)).status_code == 200
    world.wait(days=4)
    assert await waiting(world, BY_REGULATOR)
    back = {"source": "direct", "channel": "counter", "reason": "并非监管下发"}
    done = await Counter(world).changes("supervisor", number, "correction", **back)
    assert done.status_code == 200, done.text
    assert await waiting(world, BY_REGULATOR) == 0


async def test_where_the_earlier_limit_of_a_part_counts_those_of_the_later_one_end(world: World, desk: Desk) -> None:
    whole = await filed(world)
    part = await split(desk, whole.number)
    world.wait(days=2)
    desk.browsers.clear()
    fact = {"text": "新的事实", "is_new_fact": True, "received_at": world.time.isoformat()}
    material = (await posts(desk, "agent", f"/cases/{whole.number}/materials", fact)).json()
    agreed = await (await desk.browser("lead")).post(
        f"/api/v1/materials/{material['id']}/decision",
        json={"is_new_fact": True, "opinion": "确为新事实"},
        headers={"If-Match": f'"{material["version"]}"'},
    )
    assert agreed.status_code == 200, agreed.text
    world.wait(days=16)
    desk.browsers.clear()
    assert await waiting(world, BY_LAW)
    joined = await joins(desk, part)
    assert joined.status_code == 200, joined.text
    async with world.database.reading() as session:
        of_former = select(Notice).where(Notice.kind.startswith("clock."), Notice.at < world.time)
        found = [each for each in await session.scalars(of_former) if each.values["clock"] == BY_LAW]
    assert found
    assert all(each.done_at for each in found)
