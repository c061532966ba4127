"""The limit of law pauses on a paper only: the order for an appraisal stands among the evidence of the case."""

import re
from typing import Any
from uuid import uuid4

from tests.casebackend.cases.around import holds
from tests.casebackend.cases.builders import Desk, case_of, filed
from tests.world import World


def slug(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rsplit("/", 1)[-1]


async def test_without_a_paper_of_its_own_no_case_is_suspended(world: World) -> None:
    desk, receipt, other = Desk(world), await filed(world), await filed(world)
    await desk.investigating(receipt.number)
    said = {"appraisal": "笔迹鉴定", "opinion": "送鉴定"}
    refused = await desk.does("supervisor", receipt.number, "suspend", **said)
    assert (slug(refused), refused.json()["fields"]) == ((422, "fields-missing"), ["appraisal_id"])
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
    assert (await manager.post(f"{page}/moves", data=form)).status_code == 422
    sent = await manager.post(f"{page}/moves", data=form | {"appraisal_id": paper})
    assert sent.status_code == 303, sent.text
    assert (await case_of(world, receipt.case_id)).status == "suspended"
