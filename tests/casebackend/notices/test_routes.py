from dataclasses import replace
from typing import Any

from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.notices.test_jobs import WORD, tell
from tests.world import World


async def mine(desk: Desk, login: str, query: str = "") -> dict[str, Any]:
    response = await desk.reads(login, f"/notices/{query}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_everybody_reads_the_own_notices_only_and_acknowledges_with_what_was_read(world: World) -> None:
    desk = Desk(world)
    await tell(world)
    found = await mine(desk, "lead")
    assert (found["unread"], len(found["items"])) == (1, 1)
    assert (await mine(desk, "agent"))["items"] == []
    notice = found["items"][0]
    path = f"/api/v1/notices/{notice['id']}/acknowledge"
    browser = await desk.browser("lead")
    assert (await browser.post(path)).status_code == 428
    assert (await browser.post(path, headers={"If-Match": '"99"'})).status_code == 412
    tag = {"If-Match": f'"{notice["version"]}"'}
    foreign = await (await desk.browser("agent")).post(path, headers=tag)
    assert (foreign.status_code, foreign.json()["type"].split("/")[-1]) == (404, "notice-not-found")
    done = await browser.post(path, headers=tag)
    assert done.status_code == 200, done.text
    assert done.json()["acknowledged_at"] is not None
    again = await browser.post(path, headers={"If-Match": done.headers["ETag"]})
    assert again.status_code == 409
    assert (await mine(desk, "lead"))["unread"] == 0
    assert (await mine(desk, "lead", "?open=1"))["items"] == []


async def test_pages_go_on_where_the_last_one_ended(world: World) -> None:
    for number in range(35):
        await tell(world, replace(WORD, cause=f"urged:{number}"))
        world.wait(minutes=1)
    desk = Desk(world)
    first = await mine(desk, "lead")
    second = await mine(desk, "lead", f"?cursor={first['next']}")
    ids = [item["id"] for item in first["items"] + second["items"]]
    assert (len(ids), len(set(ids)), second["next"]) == (35, 35, None)
    bad = await desk.reads("lead", "/notices/?cursor=yesterday")
    assert (bad.status_code, bad.json()["type"].split("/")[-1]) == (400, "bad-filter")


async def test_the_page_shows_what_waits_and_takes_the_acknowledgement(world: World) -> None:
    await filed(world)
    await tell(world)
    desk = Desk(world)
    browser = await desk.browser("lead")
    page = (await browser.get("/notices")).text
    assert "我的提醒" in page
    assert "TS20260302000001" in page
    assert "99+" not in (await browser.get("/console/unread")).text
    notice = (await mine(desk, "lead"))["items"][0]
    done = await browser.post(f"/notices/{notice['id']}/acknowledge", data={"version": notice["version"]})
    assert done.status_code == 303, done.text
    assert "没有待处理的提醒" in (await browser.get("/notices")).text
    assert "已知悉" in (await browser.get("/notices?all=1")).text
    stale = await browser.post(f"/notices/{notice['id']}/acknowledge", data={"version": notice["version"]})
    assert stale.status_code == 412
    await tell(world, replace(WORD, cause="urged:2"))
    assert (await browser.post("/notices/read")).status_code == 303
    assert (await mine(desk, "lead"))["unread"] == 0
