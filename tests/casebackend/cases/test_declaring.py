"""Recusal (回避): nobody complained of handles the complaint."""

from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend import editions
from casebackend.audit.model import AuditEntry
from casebackend.notices.model import Threshold
from casebackend.notices.thresholds import EDITION
from casebackend.parties.model import BusinessObject
from tests.casebackend.cases.around import holds, posts, refused, user
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, case_of, filed, unit
from tests.casebackend.staff.logins import hired
from tests.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def complained_of(world: World, case_id: UUID, login: str) -> None:
    """As the registration writes it down when a staff number is one of ours."""
    person = (await user(world, login)).id
    async with world.database.transaction() as session:
        session.add(
            BusinessObject(
                case_id=case_id,
                kind="staff",
                value_enc="-",
                value_masked="8***",
                value_index=login,
                user_id=person,
                finding="found",
                added_at=world.time,
                added_by="test",
            )
        )


async def test_the_person_complained_of_may_do_nothing_but_give_the_case_away(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    target = await unit(world, "个人金融部")
    await desk.sure("lead", receipt.case_id, "dispatch", handling_unit_id=target, opinion="请核查")
    await complained_of(world, receipt.case_id, "agent")
    for move, fields in (("receive", {}), ("merge", {"master_number": "x", "opinion": "重复"})):
        assert refused(await desk.does("agent", receipt.case_id, move, **fields)) == (403, "recused")
    how = {"requested_at": world.time.isoformat(), "identity_check": "电话", "opinion": "客户来电"}
    assert refused(await desk.does("agent", receipt.case_id, "withdraw", **how)) == (403, "recused")
    view = (await desk.reads("agent", f"/cases/{receipt.number}/recusals")).json()
    assert view["mine"] == "本人被投诉"
    await desk.sure("agent", receipt.case_id, "send_back", opinion="请改派他人")
    await holds(world)


async def test_named_after_the_receipt_the_handler_may_neither_propose_nor_answer(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await complained_of(world, receipt.case_id, "agent")
    assert refused(await desk.does("agent", receipt.case_id, "propose", **PROPOSAL)) == (403, "recused")
    await desk.sure("lead", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意办结")
    assert refused(await desk.does("agent", receipt.case_id, "reply", **REPLY)) == (403, "recused")


async def test_whoever_reports_to_the_person_complained_of_stays_away_at_any_distance(world: World, desk: Desk) -> None:
    """agent reports to lead, lead to the supervisor, the supervisor to the executive."""
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    target = await unit(world, "个人金融部")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=target, opinion="请核查")
    await complained_of(world, receipt.case_id, "supervisor")
    response = await desk.does("agent", receipt.case_id, "receive")
    assert refused(response) == (403, "recused")
    assert "被投诉人是其上级" in response.json()["detail"]
    await desk.sure("auditor", receipt.case_id, "receive")
    assert refused(await desk.does("supervisor", receipt.case_id, "countersign_done", opinion="x"))[0] in (403, 409)


async def test_the_head_of_the_outlet_complained_of_stays_away_while_the_rule_says_so(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    outlet = UUID(await unit(world, "北京朝阳支行"))
    await hired(world, "head", roles=["handler", "department_head"], organisation_id=outlet)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=str(outlet), opinion="属地核查")
    assert refused(await desk.does("head", receipt.case_id, "receive")) == (403, "recused")
    async with world.database.transaction() as session:
        rule = (await session.scalars(select(Threshold).where(Threshold.code == "recusal.outlet_head"))).one()
        rule.value = "0"
        await editions.changed(session, EDITION)
    await desk.sure("head", receipt.case_id, "receive")


async def test_whoever_declares_a_conflict_gives_the_case_back(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    path = f"/cases/{receipt.number}/recusals"
    assert (await posts(desk, "agent", path, {"reason": ""})).status_code == 422
    declared = await posts(desk, "agent", path, {"reason": "客户13900139000是我的亲属"}, key="k")
    assert declared.status_code == 201
    assert "13900139000" not in declared.text
    assert (await posts(desk, "agent", path, {"reason": "客户13900139000是我的亲属"}, key="k")).status_code == 201
    assert refused(await posts(desk, "agent", path, {"reason": "再次"})) == (409, "already-declared")
    case = await case_of(world, receipt.case_id)
    assert (case.status, case.handler_id, case.assignee_id) == ("accepted", None, None)
    target = await unit(world, "个人金融部")
    await desk.sure("lead", receipt.case_id, "dispatch", handling_unit_id=target, opinion="另行安排")
    assert refused(await desk.does("agent", receipt.case_id, "receive")) == (403, "recused")
    await desk.sure("auditor", receipt.case_id, "receive")
    entries = (await desk.reads("lead", f"/cases/{receipt.number}/timeline")).json()["entries"]
    assert [entry["label"] for entry in entries][4:6] == ["申请回避", "退回"]
    await holds(world)


async def test_a_declaration_before_the_receipt_sends_the_case_back_only_from_its_holder(
    world: World, desk: Desk
) -> None:
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    target = await unit(world, "个人金融部")
    await desk.sure("lead", receipt.case_id, "dispatch", handling_unit_id=target, opinion="请核查")
    assert (await posts(desk, "auditor", f"/cases/{receipt.number}/recusals", {"reason": "亲属"})).status_code == 201
    assert (await case_of(world, receipt.case_id)).status == "dispatched"
    async with world.database.reading() as session:
        events = list(await session.scalars(select(AuditEntry.event).where(AuditEntry.object == receipt.number)))
    assert "recusal.declared" in events


async def test_only_head_office_waives_with_a_reason_and_never_for_itself(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await complained_of(world, receipt.case_id, "lead")
    agent, supervisor = (await user(world, "agent")).id, (await user(world, "supervisor")).id
    path = f"/cases/{receipt.number}/recusals/waivers"
    wanted = {"user_id": str(agent), "reason": "系统性问题，无利害关系"}
    assert (await posts(desk, "lead", path, wanted)).status_code == 403
    branch = UUID(await unit(world, "北京分行"))
    await hired(world, "local", roles=["complaint_manager"], organisation_id=branch)
    assert refused(await posts(desk, "local", path, wanted)) == (403, "head-office-only")
    own = wanted | {"user_id": str(supervisor)}
    assert refused(await posts(desk, "supervisor", path, own)) == (403, "head-office-only")
    auditor = wanted | {"user_id": str((await user(world, "auditor")).id)}
    assert refused(await posts(desk, "supervisor", path, auditor)) == (409, "nothing-to-waive")
    nobody = wanted | {"user_id": str(receipt.case_id)}
    assert refused(await posts(desk, "supervisor", path, nobody)) == (404, "person-not-found")
    assert refused(await desk.does("agent", receipt.case_id, "propose", **PROPOSAL)) == (403, "recused")
    granted = await posts(desk, "supervisor", path, wanted)
    assert [(row["name"], row["granted_by"]) for row in granted.json()["waivers"]] == [("王受理", "赵主管")]
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    async with world.database.reading() as session:
        events = list(await session.scalars(select(AuditEntry.event).where(AuditEntry.object == receipt.number)))
    assert "recusal.waived" in events
    await holds(world)


async def test_a_waiver_lifts_a_declaration_and_a_new_declaration_stands_again(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    path = f"/cases/{receipt.number}/recusals"
    assert (await posts(desk, "agent", path, {"reason": "认识客户"})).status_code == 201
    wanted = {"user_id": str((await user(world, "agent")).id), "reason": "仅为普通相识"}
    answer = (await posts(desk, "supervisor", f"{path}/waivers", wanted)).json()
    assert [(row["lifted_by"], row["lifted_reason"]) for row in answer["recusals"]] == [("赵主管", "仅为普通相识")]
    assert (await desk.reads("agent", path)).json()["mine"] is None
    await posts(desk, "agent", path, {"reason": "又发现利害关系"})
    assert (await desk.reads("agent", path)).json()["mine"] == "已申请回避"


async def test_who_stays_away_himself_lets_nobody_back(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    path = f"/cases/{receipt.number}/recusals"
    for who in ("agent", "supervisor"):
        assert (await posts(desk, who, path, {"reason": "认识客户"})).status_code == 201
    wanted = {"user_id": str((await user(world, "agent")).id), "reason": "仅为普通相识"}
    assert refused(await posts(desk, "supervisor", f"{path}/waivers", wanted)) == (403, "recused")
    assert (await desk.reads("agent", path)).json()["mine"] == "已申请回避"


async def test_a_case_that_is_over_needs_no_recusal(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    how = {"requested_at": world.time.isoformat(), "identity_check": "电话核对", "opinion": "客户来电撤诉"}
    await desk.sure("agent", receipt.case_id, "withdraw", **how)
    response = await posts(desk, "lead", f"/cases/{receipt.number}/recusals", {"reason": "亲属"})
    assert refused(response) == (409, "case-over")
