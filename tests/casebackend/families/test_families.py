"""Complaints are merged, split and linked, and taken apart again; one page shows what belongs together."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from casebackend.cases.merging import followed
from casebackend.cases.model import Case
from casebackend.clocks.queries import timers_of
from casebackend.families.jobs import on_filed
from casebackend.timeline.queries import of_case
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.cases.test_own import says
from tests.casebackend.families.builders import closed, holds, posts, slug
from tests.casebackend.registration.takers import CUSTOMER, Counter
from tests.world import World

pytestmark = pytest.mark.usefixtures("known_senders")

PART = {"facts": "另有一笔转账手续费", "demand": "退还手续费", "reason": "两件事分别办理"}


async def becomes(world: World, case_id: object, **values: Any) -> None:
    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == case_id).values(**values))


async def family(desk: Desk, login: str, number: str) -> Any:
    answer = await desk.reads(login, f"/cases/{number}/family")
    assert answer.status_code == 200, answer.text
    return answer.json()


def strip(view: Any) -> list[tuple[str, str]]:
    return [(member["relation"], member["number"]) for member in view["members"]]


async def test_a_merge_is_taken_back_with_the_clock_it_had(world: World) -> None:
    desk = Desk(world)
    master = await filed(world)
    world.wait(days=1)
    desk = Desk(world)
    child = await filed(world)
    due = (await case_of(world, child.case_id)).promised_on
    await becomes(world, child.case_id, restart_count=1)
    refused = await desk.does("agent", child.case_id, "merge", master_number=master.number, opinion="重复")
    assert slug(refused) == (409, "cannot-merge")
    await becomes(world, child.case_id, restart_count=0)
    await desk.sure("agent", child.case_id, "merge", master_number=master.number, opinion="重复")
    async with world.database.reading() as session:
        assert (await followed(session, await session.get_one(Case, child.case_id))).id == master.case_id
    assert strip(await family(desk, "agent", master.number)) == [
        ("self", master.number), ("merged_here", child.number),
    ]  # fmt: skip
    world.wait(days=3)
    desk = Desk(world)
    answer = await desk.sure("lead", child.case_id, "unmerge", opinion="不是同一件事")
    assert (answer["status"], answer["master_number"]) == ("pending_review", None)
    assert answer["promised_on"] == due.isoformat() if due else False
    async with world.database.reading() as session:
        running = [timer for timer in await timers_of(session, child.case_id) if timer.stopped_at is None]
        assert [timer.kind for timer in running if timer.kind == "l1"] == ["l1"]
        assert [entry.kind for entry in await of_case(session, master.case_id)][-2:] == [
            "case.merged_in", "case.unmerged",
        ]  # fmt: skip
    assert await holds(world) == []


async def test_a_part_becomes_a_complaint_of_its_own(world: World) -> None:
    desk = Desk(world)
    whole = await filed(world)
    await desk.investigating(whole.case_id)
    answer = await posts(desk, "agent", f"/cases/{whole.number}/splits", key="once", **PART)
    assert answer.status_code == 201, answer.text
    assert (await posts(desk, "agent", f"/cases/{whole.number}/splits", key="once", **PART)).json() == answer.json()
    part, first = await case_of(world, UUID(answer.json()["case_id"])), await case_of(world, whole.case_id)
    assert (part.status, part.customer_id, part.received_at) == ("pending_review", first.customer_id, first.received_at)
    assert part.number != first.number
    assert part.handling_unit_id == first.unit_id != first.handling_unit_id, "placed like a new complaint"
    assert part.severity_reason
    other = {"unit_id": "00000000-0000-4000-8000-000000000000"}
    assert slug(await posts(desk, "agent", f"/cases/{whole.number}/splits", **PART | other)) == (404, "unit-not-found")
    assert slug(await desk.does("agent", part.id, "accept")) == (403, "move-forbidden")
    assert strip(await family(desk, "agent", whole.number)) == [("self", whole.number), ("split_off", part.number)]
    assert strip(await family(desk, "agent", part.number)) == [("split_from", whole.number), ("self", part.number)]
    links = (await desk.reads("agent", f"/cases/{part.number}/links")).json()["items"]
    refused = await (await desk.browser("agent")).delete(
        f"/api/v1/cases/{part.number}/links/{links[0]['id']}", headers={"If-Match": "*"}
    )
    assert slug(refused) == (409, "link-stays")
    assert slug(await posts(desk, "outlet", f"/cases/{whole.number}/splits", **PART)) == (403, "not-taking-part")
    await becomes(world, whole.case_id, source="regulator")
    assert slug(await posts(desk, "agent", f"/cases/{whole.number}/splits", **PART)) == (409, "cannot-split")


async def test_links_are_seen_from_both_sides_and_can_be_taken_back(world: World) -> None:
    desk = Desk(world)
    one, other = await filed(world), await filed(world, sender="neighbour")
    path = f"/cases/{one.number}/links"
    link = {"number": other.number, "kind": "related", "reason": "同一网点"}
    answer = await posts(desk, "lead", path, **link)
    assert answer.status_code == 201, answer.text
    assert slug(await posts(desk, "lead", path, **link)) == (409, "cannot-link")
    assert slug(await posts(desk, "lead", path, **link | {"kind": "split_from"})) == (409, "cannot-link")
    assert slug(await posts(desk, "lead", path, **link | {"number": one.number})) == (409, "cannot-link")
    assert slug(await posts(desk, "lead", path, **link | {"number": "TS20200101000001"})) == (404, "case-not-found")
    seen = (await desk.reads("lead", f"/cases/{other.number}/links")).json()["items"]
    assert [(each["relation"], each["number"]) for each in seen] == [("related", one.number)]
    browser, where = await desk.browser("lead"), f"/api/v1/cases/{other.number}/links/{seen[0]['id']}"
    assert (await browser.delete(where)).status_code == 428
    assert (await browser.delete(where, headers={"If-Match": '"9"'})).status_code == 412
    assert (await browser.delete(where, headers={"If-Match": '"1"'})).status_code == 204
    assert slug(await browser.delete(where, headers={"If-Match": "*"})) == (404, "link-not-found")
    assert (await desk.reads("lead", path)).json()["items"] == []
    async with world.database.reading() as session:
        for case_id in (one.case_id, other.case_id):
            assert [entry.kind for entry in await of_case(session, case_id)][-2:] == ["case.linked", "case.unlinked"]
    assert await holds(world) == []


async def test_a_regulators_case_finds_what_the_same_customer_had_complained_of(world: World) -> None:
    desk = Desk(world)
    earlier, elsewhere = await filed(world), await filed(world, sender="somebody-else")
    late = await filed(world)
    await becomes(world, late.case_id, source="regulator")
    for _ in range(2):
        async with world.database.transaction() as session:
            await on_filed(session, {"case_id": str(late.case_id)}, world.time)
    view = await family(desk, "lead", late.number)
    assert strip(view) == [("earlier", earlier.number), ("self", late.number)]
    assert ("regulator", late.number) in strip(await family(desk, "lead", earlier.number))
    assert strip(await family(desk, "lead", elsewhere.number)) == [("self", elsewhere.number)]
    assert await holds(world) == []


async def test_a_regulators_case_finds_its_forerunner_by_customer_and_by_the_thing_it_is_about(world: World) -> None:
    """Neither unit nor business are the same: the card is; another customer's complaint about it is not his."""
    counter, card = Counter(world), {"kind": "card", "value": "6222021234567890"}
    here, there = await unit(world, "北京朝阳支行"), await unit(world, "济南历下支行")
    earlier = await counter.sure(unit_id=here, category_b="信用卡", objects=[card])
    about_else = await counter.sure(unit_id=here, category_b="信用卡", facts="贷款利息", objects=[])
    stranger = CUSTOMER | {"name": "李四光", "phone": "13911112222", "id_number": "110101199003070038"}
    other = await counter.sure(unit_id=here, category_b="信用卡", people=[stranger], objects=[card])
    customer = (await counter.case(earlier["number"])).customer_id
    late = await counter.sure(
        unit_id=there, category_b="贷款", objects=[card], source="regulator", channel="regulator",
        regulator_number="GJ-1", regulator_due_on="2026-03-20",
    )  # fmt: skip
    for number, owner in ((about_else["number"], customer), (late["number"], customer)):
        await becomes(world, (await counter.case(number)).id, customer_id=owner)
    await becomes(world, (await counter.case(other["number"])).id, customer_id=uuid4())
    filed_late = {"case_id": late["case_id"]}
    async with world.database.transaction() as session:
        await on_filed(session, filed_late, world.time)
    assert strip(await family(counter.desk, "lead", late["number"])) == [
        ("earlier", earlier["number"]), ("self", late["number"]),
    ]  # fmt: skip


async def test_one_strip_shows_the_whole_family_within_the_readers_scope(world: World) -> None:
    case_id, number = await closed(world)
    await says(world, "second", "要")
    second = (await family(Desk(world), "supervisor", number))["members"][1]["number"]
    await says(world, "urge", second)
    desk = Desk(world)
    assert strip(await family(desk, "supervisor", second)) == [("first", number), ("self", second)]
    view = await family(desk, "supervisor", second)
    assert (view["urging"]["count"], len(view["urging"]["times"])) == (1, 1)
    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == case_id).values(unit_id=None, handling_unit_id=None))
    assert strip(await family(desk, "branch", second)) == [("self", second)]
    assert (await desk.reads("curator", f"/cases/{second}/family")).status_code == 403
