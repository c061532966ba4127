import re

from sqlalchemy import select

from casebackend.cases.model import Case
from tests.casebackend.cases.builders import Desk, case_of, filed
from tests.casebackend.cases.copies import copied
from tests.world import World


async def test_the_section_asks_decides_and_lists(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.number)
    agent, supervisor = await desk.browser("agent"), await desk.browser("supervisor")
    path = f"/cases/{receipt.number}/extensions"
    assert "申请延长至30日" in (await agent.get(path)).text
    form = {"level": "to_30", "reason": "需调取凭证"}
    assert (await agent.post(path, data=form)).status_code == 303
    text = (await supervisor.get(path)).text
    assert "批准延期" in text
    assert "批准延期" not in (await agent.get(path)).text
    identity = text.split("/extensions/")[1].split("/")[0]
    decision = {"decision": "approve", "opinion": "同意", "version": "1"}
    assert (
        await supervisor.post(f"/extensions/{identity}/decision", data=decision | {"version": "9"})
    ).status_code == 409
    assert (await supervisor.post(f"/extensions/{identity}/decision", data=decision)).status_code == 303
    assert (await case_of(world, receipt.case_id)).extension_level == 1

    listed = (await supervisor.get("/extensions?state=approved")).text
    assert receipt.number in listed
    assert "个人金融部" in listed
    material = {"text": "补充流水", "received_at": "2026-03-02T10:00", "is_new_fact": "yes"}
    assert (await agent.post(f"{path}/materials", data=material)).status_code == 303
    assert (await agent.post(f"{path}/materials", data=material | {"received_at": "昨天"})).status_code == 422
    lead = await desk.browser("lead")
    text = (await lead.get(path)).text
    identity = text.split("/materials/")[1].split("/")[0]
    confirm = {"decision": "confirm", "opinion": "新流水", "version": "1"}
    assert (await lead.post(f"/materials/{identity}/decision", data=confirm)).status_code == 303
    assert (await case_of(world, receipt.case_id)).restart_count == 1
    contact = {"at": "2026-03-02T10:00", "note": "电话联系"}
    assert (await agent.post(f"{path}/contacts", data=contact)).status_code == 303


async def test_the_number_of_extended_cases_of_a_unit_is_that_of_the_list_it_opens(world: World) -> None:
    """However often a case was extended, and also where nobody handles it now."""
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.number)
    for _ in range(2):
        await copied(world, receipt.case_id)
    await copied(world, receipt.case_id, handling_unit_id=None)
    async with world.database.transaction() as session:
        for case in (await session.scalars(select(Case))).all():
            case.extension_level = 2 if case.number == receipt.number else 1
    supervisor = await desk.browser("supervisor")
    shown = (await supervisor.get("/extensions")).text
    chips = re.findall(r'href="/query\?(extended=1&amp;handling_unit=[^"]+)">([^<]+) <span class="num">(\d+)<', shown)
    assert {(name, int(count)) for _, name, count in chips} == {("个人金融部", 3), ("未分派", 1)}
    for asked, name, count in chips:
        listed = (await desk.reads("supervisor", f"/cases/?{asked.replace('&amp;', '&')}")).json()["items"]
        assert len(listed) == int(count), name
