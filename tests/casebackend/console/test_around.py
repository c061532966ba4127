"""The sections of a case that others take part in, and the list of what waits for me."""

import re
from uuid import UUID

import httpx
import pytest

from casebackend.console.sections import SECTIONS
from tests.casebackend.cases.around import tasks_of, ticked, user
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.staff.logins import hired
from tests.world import World

HX = {"HX-Request": "true"}
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def sent(response: httpx.Response, section: str) -> bool:
    return response.status_code == 204 and response.headers["HX-Redirect"].endswith(f"#{section}")


def version_in(page: httpx.Response) -> str:
    found = re.search(r'name="version" value="(\d+)"', page.text)
    assert found is not None
    return found[1]


async def test_a_consultation_is_asked_listed_and_answered_on_pages(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    agent, branch = await desk.browser("agent"), await desk.browser("branch")
    url = f"/cases/{receipt.number}/tasks"
    section = await agent.get(url, headers=HX)
    assert "请其他单位协办" in section.text
    assert "<html" not in section.text
    assert "<html" in (await agent.get(url)).text
    asked = {
        "unit_id": await unit(world, "北京分行"),
        "demand": "请提供<b>扣费</b>记录，电话13900139000",
        "required": "1",
    }
    assert sent(await agent.post(url, data=asked, headers=HX), "tasks")
    assert (await agent.post(url, data=asked | {"demand": ""}, headers=HX)).status_code == 422
    listed = await branch.get("/tasks")
    assert receipt.number in listed.text
    assert "13900139000" not in listed.text
    assert "&lt;b&gt;扣费" in listed.text
    assert "没有等您反馈的任务" in (await agent.get("/tasks")).text
    assert receipt.number in (await agent.get("/tasks?box=sent")).text
    [task] = await tasks_of(desk, "branch", receipt.number)
    act = f"{url}/{task['id']}"
    shown = version_in(await branch.get(url, headers=HX))
    assert sent(await branch.post(f"{act}/receive", data={"version": shown}, headers=HX), "tasks")
    stale = await branch.post(f"{act}/answer", data={"version": shown, "answer": "已查"}, headers=HX)
    assert (stale.status_code, "刷新" in stale.text) == (409, True)
    shown = version_in(await branch.get(url, headers=HX))
    assert sent(await branch.post(f"{act}/answer", data={"version": shown, "answer": "已查"}, headers=HX), "tasks")
    assert "已反馈" in (await agent.get(url, headers=HX)).text
    assert (await branch.post(f"{act}/explode", data={"version": "9"}, headers=HX)).status_code in (400, 409)
    assert receipt.number in (await branch.get("/tasks?box=done")).text


async def test_countersigning_is_asked_in_the_form_of_the_move_and_answered_in_the_section(
    world: World, desk: Desk
) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    agent, auditor = await desk.browser("agent"), await desk.browser("auditor")
    page = await agent.get(f"/cases/{receipt.number}")
    assert 'name="countersign_mode"' in page.text
    form = {
        "move": "ask_countersign", "version": str((await case_of(world, receipt.case_id)).version),
        "cosigners": [await unit(world, "稽核部"), await unit(world, "北京分行")], "opinion": "请会签",
        "countersign_mode": "any", "countersign_quorum": "",
    }  # fmt: skip
    moved = await agent.post(f"/cases/{receipt.number}/moves", data=form, headers=HX)
    assert moved.status_code == 204, moved.text
    url = f"/cases/{receipt.number}/tasks"
    section = await auditor.get(url, headers=HX)
    assert "任一同意（须 1 方同意，共 2 方）" in section.text
    task = next(each for each in await tasks_of(desk, "auditor", receipt.number) if each["may_answer"])
    answer = {"version": version_in(section), "answer": "同意", "agrees": "true"}
    assert sent(await auditor.post(f"{url}/{task['id']}/answer", data=answer, headers=HX), "tasks")
    assert (await case_of(world, receipt.case_id)).status == "investigating"
    assert "会签通过" in (await agent.get(url, headers=HX)).text


async def test_recusal_is_declared_and_waived_on_pages(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    agent, supervisor = await desk.browser("agent"), await desk.browser("supervisor")
    url = f"/cases/{receipt.number}/recusals"
    assert "总行解除回避" not in (await agent.get(url, headers=HX)).text
    assert sent(await agent.post(url, data={"reason": "客户是亲属"}, headers=HX), "recusals")
    assert (await case_of(world, receipt.case_id)).status == "accepted"
    assert "您须回避" in (await agent.get(url, headers=HX)).text
    assert "总行解除回避" in (await supervisor.get(url, headers=HX)).text
    wanted = {"user_id": str((await user(world, "agent")).id), "reason": "无利害关系"}
    assert (await supervisor.post(f"{url}/waivers", data={"user_id": "x", "reason": ""}, headers=HX)).status_code == 400
    assert (await agent.post(f"{url}/waivers", data=wanted, headers=HX)).status_code == 403
    assert sent(await supervisor.post(f"{url}/waivers", data=wanted, headers=HX), "recusals")
    assert "准予办理" in (await agent.get(url, headers=HX)).text


async def test_evidence_is_added_and_downloaded_on_pages(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    agent = await desk.browser("agent")
    url = f"/cases/{receipt.number}/evidence"
    form = {"kind": "recording", "title": "来电录音", "source": "呼叫中心"}
    file = {"file": ("../x.html", WAV, "text/html")}
    assert sent(await agent.post(url, data=form, files=file, headers=HX), "evidence")
    section = await agent.get(url, headers=HX)
    found = re.search(rf'href="({url}/[0-9a-f-]+/file)"', section.text)
    assert found is not None
    download = await agent.get(found[1])
    assert (download.content, download.headers["content-type"]) == (WAV, "audio/wav")
    assert "attachment" in download.headers["content-disposition"]
    assert "x.html" not in download.headers["content-disposition"]
    wrong = await agent.post(url, data=form, files={"file": ("a.wav", b"MZ\x00", "audio/wav")}, headers=HX)
    assert wrong.status_code == 422
    message = re.search(r'name="message_id".*?<option value="([0-9a-f-]{36})">', section.text, re.DOTALL)
    assert message is not None
    form = {"kind": "message", "message_id": message[1], "title": "客户自述", "source": "会话记录"}
    assert sent(await agent.post(url, data=form, headers=HX), "evidence")


async def test_a_leader_assigns_on_the_page(world: World, desk: Desk) -> None:
    where = UUID(await unit(world, "个人金融部"))
    for login in ("zhang", "li"):
        await hired(world, login, roles=["handler"], organisation_id=where, display_name=login)
        await desk.browser(login)
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure("lead", receipt.case_id, "dispatch", handling_unit_id=str(where), opinion="请核查")
    await ticked(world)
    lead, zhang = await desk.browser("lead"), await desk.browser("zhang")
    url = f"/cases/{receipt.number}/assignment"
    section = await lead.get(url, headers=HX)
    assert "指定承办人" in section.text
    assert "指定承办人" not in (await zhang.get(url, headers=HX)).text
    before = (await case_of(world, receipt.case_id)).assignee_id
    other = next(person for person in [await user(world, "zhang"), await user(world, "li")] if person.id != before)
    form = {"version": version_in(section), "user_id": str(other.id), "reason": "熟悉业务"}
    assert (await lead.post(url, data=form | {"version": "1"}, headers=HX)).status_code == 409
    assert sent(await lead.post(url, data=form, headers=HX), "assignment")
    assert (await case_of(world, receipt.case_id)).assignee_id == other.id


async def test_all_four_sections_stand_on_the_page_of_a_case(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    page = await (await desk.browser("agent")).get(f"/cases/{receipt.number}")
    for noun in ("tasks", "evidence", "assignment", "recusals"):
        assert noun in dict(SECTIONS)
        assert f'hx-get="/cases/{receipt.number}/{noun}"' in page.text
