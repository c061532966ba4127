"""What a merge may join, whose clock stays, and what becomes of the merged ones when their master ends."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from casebackend.cases.jobs import archive_due
from tests.casebackend.cases.builders import REPLY, Desk, case_of, filed, unit
from tests.casebackend.cases.test_own import says
from tests.casebackend.families.builders import closes, holds, posts, slug
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.world import World

pytestmark = pytest.mark.usefixtures("known_senders")


async def merges(desk: Desk, child: object, master: str, login: str = "agent") -> Any:
    return await desk.does(login, child, "merge", master_number=master, opinion="同一件事")


async def test_the_clock_of_the_earlier_complaint_is_never_lost(world: World) -> None:
    counter = Counter(world)
    place = await unit(world, "北京朝阳支行")
    older = await counter.sure(unit_id=place)
    world.wait(days=10)
    counter = Counter(world)
    newer = await counter.sure(unit_id=place)
    assert slug(await merges(counter.desk, older["number"], newer["number"])) == (409, "cannot-merge")
    answer = await merges(counter.desk, newer["number"], older["number"])
    assert answer.status_code == 200, answer.text


async def test_a_complaint_is_not_merged_into_advice_nor_into_a_stranger(world: World) -> None:
    counter = Counter(world)
    place = await unit(world, "北京朝阳支行")
    advice = await counter.sure(unit_id=place, matter_type="suggestion")
    complaint = await counter.sure(unit_id=place)
    assert slug(await merges(counter.desk, complaint["number"], advice["number"])) == (409, "cannot-merge")
    post: dict[str, Any] = {"source": "monitored", "people": [], "unit_id": place, "demand": ""}
    one = await counter.sure(**post, source_url="https://example.org/1", facts="网帖甲：年费多扣")
    other = await counter.sure(**post, source_url="https://example.org/2", facts="网帖乙：柜台服务差")
    assert slug(await merges(counter.desk, other["number"], one["number"])) == (409, "cannot-merge")


async def test_two_colleagues_merge_the_same_two_complaints_into_each_other(world: World) -> None:
    desk = Desk(world)
    await desk.browser("agent")
    for _ in range(3):
        one, other = await filed(world), await filed(world)
        answers = await asyncio.gather(merges(desk, one.case_id, other.number), merges(desk, other.case_id, one.number))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await holds(world) == []


async def chain(world: World, desk: Desk) -> list[Any]:
    """The first was merged into the second, the second into the third."""
    last, middle, first = await filed(world), await filed(world), await filed(world)
    for child, master in ((first, middle), (middle, last)):
        answer = await merges(desk, child.case_id, master.number)
        assert answer.status_code == 200, answer.text
    return [first, middle, last]


async def test_material_and_the_customers_words_reach_the_end_of_the_chain(world: World) -> None:
    desk = Desk(world)
    first, _, last = await chain(world, desk)
    answer = await posts(
        desk, "agent", f"/cases/{first.number}/materials", text="补充说明", received_at=world.time.isoformat()
    )
    assert answer.status_code == 201, answer.text
    progress = await says(world, "progress", f"查一下{first.number}")
    assert last.number in progress["cases"][0]["next_step"]
    urged = await says(world, "urge", f"催一下{first.number}")
    assert (urged["outcome"], urged["case"]["number"]) == ("urged", last.number)
    assert (await case_of(world, last.case_id)).urge_count == 1
    asked = await says(world, "withdraw", f"我要撤诉{first.number}")
    assert (asked["outcome"], asked["case"]["number"]) == ("confirm", last.number)
    assert await holds(world) == []


async def test_whatever_ends_the_master_lets_the_merged_ones_go_on(world: World) -> None:
    desk = Desk(world)
    await hired(world, "admin2", staff_no="8301", roles=["system_admin"])
    for ending in ("withdraw", "void", "decline"):
        master, child = await filed(world), await filed(world)
        assert (await merges(desk, child.case_id, master.number)).status_code == 200
        if ending == "withdraw":
            how = {"requested_at": world.time.isoformat(), "identity_check": "回拨登记号码"}
            await desk.sure("agent", master.case_id, "withdraw", **how)
        elif ending == "void":
            await desk.sure("admin", master.case_id, "void", opinion="误建")
            await desk.sure("admin2", master.case_id, "void", opinion="误建")
        else:
            told = {"told_by": "channel"}
            await desk.sure(
                "lead", master.case_id, "decline", decline_reason="not_our_institution", opinion="非本行业务", **told
            )
        freed = await case_of(world, child.case_id)
        assert freed.status in ("pending_review", "accepted"), ending
        assert freed.master_id is None
        assert freed.promised_on is not None
        clocks = (await world.tester.get(f"/api/v1/cases/{child.number}/clocks")).json()["clocks"]
        assert [clock["kind"] for clock in clocks if clock["kind"] == "l1" and clock["stopped_at"] is None] == ["l1"]
    assert await holds(world) == []


async def test_a_merged_complaint_is_not_archived_before_its_master(world: World) -> None:
    desk = Desk(world)
    master, child = await filed(world), await filed(world)
    assert (await merges(desk, child.case_id, master.number)).status_code == 200
    world.wait(days=400)
    desk = Desk(world)
    async with world.database.transaction() as session:
        assert await archive_due(session, now=world.time) == 0
    await desk.reply_pending(master.case_id)
    await desk.sure("agent", master.case_id, "reply", **REPLY, overdue_reason="客户长期失联")
    await closes(world, master.case_id)
    for _ in range(2):
        async with world.database.transaction() as session:
            await archive_due(session, now=world.time + timedelta(days=400))
    assert (await case_of(world, child.case_id)).status == "archived"
