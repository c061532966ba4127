"""Whoever has to decide is told so, once, and nobody else; it stands on the page where he begins his day."""

from uuid import UUID

from sqlalchemy import select

from casebackend.notices.model import Notice
from casebackend.outbox import service as outbox
from casebackend.staff.model import User
from tests.casebackend.cases.around import holds, posts, ticked
from tests.casebackend.cases.builders import PROPOSAL, Desk, filed, unit
from tests.casebackend.registration.takers import Counter
from tests.casebackend.reviews.test_routes import applied, decided
from tests.casebackend.staff.logins import hired
from tests.world import World

YES = {"opinion": "同意"}


async def told(world: World, kind: str) -> list[str]:
    """Who was told, in the order of their logins; each as often as he was."""
    await ticked(world)
    await ticked(world)
    async with world.database.reading() as session:
        query = select(User.login).join(Notice, Notice.user_id == User.id).where(Notice.kind == kind)
        return list(await session.scalars(query.order_by(User.login)))


async def test_each_who_signs_agrees_or_lets_answer_hears_of_it_once(world: World) -> None:
    office = UUID(await unit(world, "个人金融部"))
    await hired(world, "head", roles=["department_head"], organisation_id=office)
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    assert await told(world, "case.decision") == ["head"]
    shown = (await (await desk.browser("head")).get("/notices")).text
    assert f"投诉 {receipt.number} 等待个金部部门负责人办理：部门负责人签署" in shown
    await desk.sure("head", receipt.case_id, "sign", **YES)
    assert await told(world, "case.decision") == ["auditor", "head", "supervisor"]
    await desk.sure("auditor", receipt.case_id, "approve_opinion", **YES)
    assert await told(world, "case.decision") == ["auditor", "head", "supervisor", "supervisor"]


async def test_the_second_of_two_is_told_and_not_who_agreed_already(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行")))["number"]
    await desk.investigating(number)
    raised = await counter.changes("supervisor", number, "severity", severity="重大投诉", reason="媒体关注")
    assert raised.status_code == 200, raised.text
    await desk.proposed(number)
    rights = UUID(await unit(world, "消费者权益保护部"))
    await hired(world, "second", roles=["approver"], organisation_id=rights)
    await desk.sure("supervisor", number, "approve_opinion", **YES)
    assert (await told(world, "case.decision")).count("second") == 1
    for login, waits in (("supervisor", False), ("second", True)):
        items = (await desk.reads(login, "/cases/?queue=todo")).json()["items"]
        assert (number in [row["number"] for row in items]) is waits
    refused = await desk.does("supervisor", number, "approve_reply", **YES)
    assert refused.json()["detail"] == "重大、紧急投诉的办结审批不能由同意处理意见的同一人进行"
    await desk.sure("second", number, "approve_reply", **YES)


async def test_when_the_head_leaves_whoever_stands_above_is_waited_for_and_told(world: World) -> None:
    office = UUID(await unit(world, "个人金融部"))
    head = await hired(world, "head", roles=["department_head"], organisation_id=office)
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    assert await told(world, "case.decision") == ["head"]
    async with world.database.transaction() as session:
        (await session.get_one(User, head.id)).active = False
        outbox.emit(session, "user.left", {"user_id": str(head.id)}, now=world.time)
    assert await told(world, "case.decision") == ["executive", "head"]
    items = (await desk.reads("executive", "/cases/?queue=todo")).json()["items"]
    assert [row["number"] for row in items] == [receipt.number]
    await desk.sure("executive", receipt.case_id, "sign", **YES)
    await holds(world)


async def test_where_nobody_is_left_to_decide_the_complaint_managers_hear_of_it(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    async with world.database.transaction() as session:
        executive = (await session.scalars(select(User).where(User.login == "executive"))).one()
        executive.active = False
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    assert await told(world, "case.decision") == ["supervisor"]


async def test_whoever_may_give_more_time_is_told_and_finds_the_request_from_the_list(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    asked = await posts(desk, "agent", f"/cases/{receipt.number}/extensions", {"level": "to_30", "reason": "需调档"})
    assert asked.status_code == 201, asked.text
    [login] = await told(world, "extension.asked")
    assert "待审批的延期" in (await (await desk.browser(login)).get("/queue")).text
    assert "待审批的延期" not in (await (await desk.browser("agent")).get("/queue")).text


async def test_whoever_may_review_a_decision_is_told_and_finds_it_from_the_list(world: World) -> None:
    desk = Desk(world)
    _, number = await decided(world)
    await applied(desk, number)
    assert await told(world, "review.applied") == ["branch"]
    assert "待办的核查" in (await (await desk.browser("branch")).get("/queue")).text
    assert "待办的核查" not in (await (await desk.browser("outlet")).get("/queue")).text


async def test_whoever_confirms_new_facts_is_told(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    brought = {"text": "客户交来新的回单", "received_at": world.time.isoformat(), "is_new_fact": True}
    added = await posts(desk, "agent", f"/cases/{receipt.number}/materials", brought)
    assert added.status_code == 201, added.text
    assert await told(world, "material.asked") == ["supervisor"]
