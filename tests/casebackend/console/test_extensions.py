from tests.casebackend.cases.builders import Desk, case_of, filed
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
