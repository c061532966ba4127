import re
from datetime import timedelta
from typing import Any

from casebackend.heartbeats.service import beat
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.workers import worker
from tests.world import World


async def figures(desk: Desk, login: str = "lead") -> dict[str, dict[str, Any]]:
    response = await desk.reads(login, "/board")
    assert response.status_code == 200, response.text
    return {figure["code"]: figure for figure in response.json()["figures"]}


async def test_a_lead_sees_who_waits_and_what_is_late_and_each_number_opens_its_list(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.sure("lead", receipt.case_id, "accept")
    waiting = await world.says("我要人工", sender="customer-2")
    handed = await world.actions.post(
        f"/api/v1/conversations/{waiting.conversation_id}/handoff",
        json={"reason": "asked"},
        headers={"Idempotency-Key": "handoff-1"},
    )
    assert handed.status_code == 200, handed.text
    world.wait(minutes=11)
    found = await figures(desk)
    assert (found["waiting"]["value"], found["waiting"]["alarm"]) == (1, False)
    assert (found["longest_wait"]["value"], found["longest_wait"]["alarm"]) == (11, True)
    world.wait(days=16)
    desk = Desk(world)
    found = await figures(desk)
    assert (found["overdue"]["value"], found["overdue"]["alarm"]) == (1, True)
    browser = await desk.browser("lead")
    board = (await browser.get("/board")).text
    assert "运行看板" in board
    for href in re.findall(r'href="(/query\?[^"]+)"', board):
        listed = await browser.get(href.replace("&amp;", "&"))
        assert listed.status_code == 200
        assert receipt.number in listed.text
    rows = (await desk.reads("lead", "/board")).json()["units"]
    assert [(row["name"], row["overdue"], row["near_due"]) for row in rows] == [("北京朝阳支行", 1, 1)]
    assert "每日汇总还有" in board


async def test_the_alarms_go_when_their_reason_goes_and_strangers_see_only_the_programs(world: World) -> None:
    desk, ticking = Desk(world), worker(world)
    async with world.database.transaction() as session:
        await beat(session, program="worker", instance="w", ready=True, why=None, now=world.time)
    assert "每日汇总还有" in (await (await desk.browser("lead")).get("/board")).text
    await ticking.tick()
    await ticking.post()
    assert "每日汇总还有" not in (await (await desk.browser("lead")).get("/board")).text
    world.time += timedelta(days=0)
    shown = (await (await desk.browser("curator")).get("/board")).text
    assert "最近心跳" in shown
    assert "现在的情况" not in shown
    assert (await desk.reads("curator", "/board")).status_code == 403


async def test_a_program_that_has_stopped_is_silent_and_after_a_day_it_is_not_shown(world: World) -> None:
    async with world.database.transaction() as session:
        for program, instance in (("bot", "stopped"), ("worker", "well")):
            await beat(session, program=program, instance=instance, ready=True, why=None, now=world.time)
    world.wait(minutes=1)
    async with world.database.transaction() as session:
        await beat(session, program="worker", instance="well", ready=True, why=None, now=world.time)
    browser = await Desk(world).browser("lead")
    rows = _beats((await browser.get("/board")).text)
    assert [text for text in rows if text.startswith("对话机器人")] == [
        "对话机器人03-0210:00无心跳自03-0210:00起没有心跳"
    ]
    assert [text for text in rows if text.startswith("调度程序")] == ["调度程序03-0210:01就绪—"]
    world.wait(days=1)
    browser = await Desk(world).browser("lead")
    assert not [text for text in _beats((await browser.get("/board")).text) if text.startswith("对话机器人")]


def _beats(page: str) -> list[str]:
    [table] = re.findall(r'aria-label="最近心跳".*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    return [re.sub(r"<[^>]*>|\s+", "", row) for row in table.split("</tr>") if "<td" in row]
