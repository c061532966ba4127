"""The limit of law pauses on a paper only: the order for an appraisal stands among the evidence of the case."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.casebackend.cases.around import holds, ticked
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.escalations.test_jobs import told
from tests.casebackend.staff.logins import hired
from tests.world import World


def slug(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rsplit("/", 1)[-1]


async def test_without_a_paper_of_its_own_no_case_is_suspended(world: World) -> None:
    desk, receipt, other = Desk(world), await filed(world), await filed(world)
    await desk.investigating(receipt.number)
    said = {"appraisal": "笔迹鉴定", "opinion": "送鉴定"}
    refused = await desk.does("supervisor", receipt.number, "suspend", **said)
    assert (slug(refused), refused.json()["fields"]) == ((422, "fields-missing"), ["appraisal_id", "expected_back_on"])
    said["expected_back_on"] = "2026-03-20"
    elsewhere = (await desk.appraisal(other.number))["appraisal_id"]
    for paper in (elsewhere, str(uuid4())):
        refused = await desk.does("supervisor", receipt.number, "suspend", **said, appraisal_id=paper)
        assert slug(refused) == (422, "not-its-evidence")
    papers = await desk.appraisal(receipt.number)
    await desk.sure("supervisor", receipt.number, "suspend", **papers)
    last = (await desk.reads("agent", f"/cases/{receipt.number}/timeline")).json()["entries"][-1]
    assert last["detail"]["evidence_id"] == papers["appraisal_id"]
    await holds(world)


async def test_the_page_offers_the_evidence_of_the_case_and_says_where_to_add_it(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    await desk.investigating(receipt.number)
    manager = await desk.browser("supervisor")
    page = f"/cases/{receipt.number}"
    assert "还没有证据" in (await manager.get(page)).text
    paper = (await desk.appraisal(receipt.number))["appraisal_id"]
    shown = (await manager.get(page)).text
    choice = re.search(r'<select id="suspend-appraisal_id".*?</select>', shown, re.DOTALL)
    assert choice
    assert f'<option value="{paper}">书面材料：笔迹鉴定委托书</option>' in choice[0]
    assert "还没有证据" not in shown
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert version
    form = {"move": "suspend", "appraisal": "笔迹鉴定", "opinion": "送鉴定", "version": version[1]}
    form["expected_back_on"] = "2026-03-20"
    assert (await manager.post(f"{page}/moves", data=form)).status_code == 422
    sent = await manager.post(f"{page}/moves", data=form | {"appraisal_id": paper})
    assert sent.status_code == 303, sent.text
    assert (await case_of(world, receipt.case_id)).status == "suspended"


async def test_the_day_is_neither_past_nor_further_than_the_bank_allows(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    await desk.investigating(receipt.number)
    papers = await desk.appraisal(receipt.number)
    for day in ("2026-03-01", "2026-08-30"):
        refused = await desk.does("supervisor", receipt.number, "suspend", **papers | {"expected_back_on": day})
        assert slug(refused) == (422, "not-expected-then")
        assert refused.json()["latest"] == "2026-08-29"
    assert (await case_of(world, receipt.case_id)).status == "investigating"
    await desk.sure("supervisor", receipt.number, "suspend", **papers | {"expected_back_on": "2026-08-29"})


async def test_when_the_day_comes_and_it_still_waits_the_handler_and_who_leads_there_hear_of_it(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    await hired(world, "head", roles=["department_head"], organisation_id=UUID(await unit(world, "个人金融部")))
    await desk.investigating(receipt.number)
    papers = await desk.appraisal(receipt.number) | {"expected_back_on": "2026-03-20"}
    answer = await desk.sure("supervisor", receipt.number, "suspend", **papers)
    assert answer["expected_back_on"] == "2026-03-20"
    assert "暂停中，预计 " in (await (await desk.browser("agent")).get(f"/cases/{receipt.number}")).text
    clocks = (await desk.reads("agent", f"/cases/{receipt.number}/clocks")).json()["clocks"]
    [running] = [each for each in clocks if each["stopped_at"] is None]
    assert (running["label"], running["derivation"][:12]) == ("暂停办理预计恢复", "预计恢复办理 3月20日")
    world.time = datetime(2026, 3, 20, 1, 1, tzinfo=UTC)
    await ticked(world)
    assert (await told(world, "clock.near_due"))["staff_expected_back"] == ["agent", "head"]
    world.time = datetime(2026, 3, 20, 16, 1, tzinfo=UTC)
    await ticked(world)
    assert (await told(world, "clock.overdue"))["staff_still_suspended"] == ["agent"]
    assert (await told(world, "clock.escalated"))["staff_escalated"] == ["head"]
    await holds(world)


async def test_a_case_that_goes_on_is_expected_back_no_more(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    await desk.investigating(receipt.number)
    await desk.sure("supervisor", receipt.number, "suspend", **await desk.appraisal(receipt.number))
    assert (await case_of(world, receipt.case_id)).expected_back_on == date(2026, 4, 1)
    world.wait(minutes=5)
    resumed = await desk.sure("agent", receipt.number, "resume", opinion="鉴定完成")
    assert resumed["expected_back_on"] is None
    clocks = (await desk.reads("agent", f"/cases/{receipt.number}/clocks")).json()["clocks"]
    ended = next(each for each in clocks if each["kind"] == "suspension")
    assert ended["stop_reason"] == "done"
    world.time += timedelta(days=40)
    await ticked(world)
    assert "staff_expected_back" not in await told(world, "clock.near_due")
