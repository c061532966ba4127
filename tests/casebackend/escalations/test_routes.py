from typing import Any
from uuid import uuid4

import httpx

from casebackend.check import check
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.escalations.test_jobs import told
from tests.casebackend.workers import worker
from tests.world import World


async def urges(desk: Desk, login: str, case: object, opinion: str = "请今天回电", **more: Any) -> httpx.Response:
    browser = await desk.browser(login)
    headers = {"Idempotency-Key": more.pop("key", uuid4().hex)}
    return await browser.post(f"/api/v1/cases/{case}/urges", json={"opinion": opinion}, headers=headers)


async def test_colleagues_urge_with_an_opinion_and_the_handler_is_told_once(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    assert (await urges(desk, "lead", receipt.number, opinion="")).status_code == 422
    first = await urges(desk, "lead", receipt.number, opinion="客户 13800138000 很着急", key="once")
    assert (first.status_code, first.json()["count"]) == (201, 1), first.text
    assert "13800138000" not in first.text
    again = await urges(desk, "lead", receipt.number, opinion="客户 13800138000 很着急", key="once")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    ticking = worker(world)
    await ticking.tick()
    await ticking.tick()
    assert await told(world, "case.urged") == {"staff_urged": ["agent"]}
    assert (await desk.reads("agent", f"/cases/{receipt.number}")).json()["urge_count"] == 1
    assert len((await desk.reads("agent", f"/cases/{receipt.number}/urges")).json()["items"]) == 1
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_the_same_colleague_may_not_urge_again_at_once_and_often_urged_the_superior_hears_it(
    world: World,
) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    assert (await urges(desk, "lead", receipt.number)).status_code == 201
    soon = await urges(desk, "lead", receipt.number)
    assert (soon.status_code, soon.json()["type"].split("/")[-1]) == (409, "urged-too-soon")
    assert (await urges(desk, "supervisor", receipt.number)).status_code == 201
    world.wait(hours=24)
    await worker(world).tick()
    assert (await told(world, "case.urged"))["staff_urged"] == ["agent", "agent"]
    assert (await urges(Desk(world), "lead", receipt.number)).status_code == 201
    world.wait(seconds=11)
    await worker(world, "other").tick()
    world.wait(seconds=30)
    await worker(world, "other").tick()
    assert sorted((await told(world, "case.urged"))["staff_urged"]) == ["agent", "agent", "agent", "lead"]


async def test_a_closed_case_is_not_urged_but_may_have_a_second_complaint(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.sure("lead", receipt.case_id, "decline", decline_reason="already_decided", opinion="重复")
    refused = await urges(desk, "lead", receipt.number)
    assert (refused.status_code, refused.json()["type"].split("/")[-1]) == (409, "not-in-process")
    assert "二次投诉" in refused.json()["detail"]


async def test_nobody_urges_what_he_may_not_see(world: World) -> None:
    receipt = await filed(world)
    assert (await urges(Desk(world), "curator", receipt.number)).status_code == 403
    assert (await urges(Desk(world), "lead", "TS20260302999999")).status_code == 404
