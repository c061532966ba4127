from sqlalchemy import update

from casebackend.audit import commands
from casebackend.audit.model import AuditEntry
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.staff.logins import staff
from tests.world import World


async def test_an_audit_administrator_asks_by_period_actor_event_and_object_and_sees_whether_it_holds(
    world: World,
) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    async with await staff(world, "agent") as agent:
        await agent.get(f"/cases/{receipt.number}")
        assert (await agent.get("/audit")).status_code == 403
    async with await staff(world, "audit") as auditor:
        page = (await auditor.get(f"/audit?object={receipt.number}")).text
        assert "本件投诉的审计链校验一致" in page
        assert "尚未做过整体校验" in page
        assert "case.viewed" in page
        assert 'href="/audit"' in page
        path = "/api/v1/audit"
        by_id = (await auditor.get(f"{path}?object={receipt.case_id}")).json()["items"]
        by_number = (await auditor.get(f"{path}?object={receipt.number}&limit=200")).json()["items"]
        assert {each["event"] for each in by_number} >= {"case.filed", "case.moved", "case.viewed"}
        assert {each["id"] for each in by_id} <= {each["id"] for each in by_number}
        mine = (await auditor.get(f"{path}?actor=lead&event=case.")).json()["items"]
        assert {each["actor"] for each in mine} == {"staff:lead"}
        assert (await auditor.get(f"{path}?from=2020-01-01&to=2020-01-02")).json()["items"] == []
        for wrong in ("from=2026-03-02&to=2026-03-01", "from=x", "cursor=x", f"object={'x' * 121}", "actor=%00"):
            assert (await auditor.get(f"{path}?{wrong}")).status_code == 400, wrong
        seen, cursor = [], ""
        while True:
            part = (await auditor.get(f"{path}?limit=3&cursor={cursor}")).json()
            seen += [each["id"] for each in part["items"]]
            if part["next"] is None:
                break
            cursor = part["next"]
        whole = (await auditor.get(f"{path}?limit=200")).json()["items"]
        assert seen == [each["id"] for each in whole]
        await commands.verify(world.database, world.settings.anchors)
        assert "全部一致" in (await auditor.get("/audit")).text
        async with world.database.transaction() as session:
            await session.execute(
                update(AuditEntry)
                .where(AuditEntry.chain == f"case:{receipt.case_id}", AuditEntry.seq == 2)
                .values(actor="staff:nobody")
            )
        assert "本件投诉的审计链异常：" in (await auditor.get(f"/audit?object={receipt.number}")).text
        await commands.verify(world.database, world.settings.anchors)
        page = (await auditor.get("/audit?from=2026-01-01&to=2026-12-31")).text
        assert "发现 1 处异常" in page
        assert f"case:{receipt.case_id} 第 2 行被改动" in page
