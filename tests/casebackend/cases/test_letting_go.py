"""Whoever turns out to be complained of, or declares a conflict late, has the case no more and hears nothing of it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.notices.model import Notice, StaffMessage
from casebackend.outbox import service as outbox
from casebackend.staff.model import User
from tests.casebackend.cases.around import holds, posts, ticked, user
from tests.casebackend.cases.builders import PROPOSAL, Desk, case_of, filed, unit
from tests.casebackend.staff.logins import hired
from tests.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def declared(desk: Desk, login: str, number: object) -> None:
    answer = await posts(desk, login, f"/cases/{number}/recusals", {"reason": "客户是我的亲属"})
    assert answer.status_code == 201, answer.text


async def named(desk: Desk, number: object, login: str) -> None:
    person = {"kind": "staff", "value": "被投诉员工", "user_id": str((await user(desk.world, login)).id)}
    answer = await posts(desk, "supervisor", f"/cases/{number}/objects", person)
    assert answer.status_code == 201, answer.text


async def heard(world: World, kind: str) -> dict[str, list[str]]:
    await ticked(world)
    world.wait(seconds=11)
    await ticked(world)
    async with world.database.reading() as session:
        query = select(Notice, User.login).outerjoin(User, User.id == Notice.user_id).where(Notice.kind == kind)
        found: dict[str, list[str]] = {}
        for notice, login in await session.execute(query.order_by(User.login)):
            found.setdefault(notice.values.get("then", notice.values.get("why", "")), []).append(login)
        return found


async def walked(desk: Desk, case_id: UUID, to: str) -> None:
    """Into one of the states in which a handler has it."""
    await desk.investigating(case_id)
    if to == "suspended":
        await desk.sure("supervisor", case_id, "suspend", **await desk.appraisal(case_id))
    elif to == "countersign":
        audit = await unit(desk.world, "稽核部")
        await desk.sure("agent", case_id, "ask_countersign", cosigners=[audit], opinion="请会签")
    elif to != "investigating":
        await desk.sure("agent", case_id, "propose", **PROPOSAL)
    if to in ("closure_review", "reply_pending"):
        await desk.sure("executive", case_id, "sign", opinion="同意")
        await desk.sure("auditor", case_id, "approve_opinion", opinion="同意")
    if to == "reply_pending":
        await desk.sure("supervisor", case_id, "approve_reply", opinion="同意办结")


@pytest.mark.parametrize("state", ["countersign", "suspended", "proposed", "closure_review", "reply_pending"])
async def test_in_every_state_a_late_conflict_takes_the_case_out_of_his_hands(
    world: World, desk: Desk, state: str
) -> None:
    office = UUID(await unit(world, "个人金融部"))
    await hired(world, "deputy", roles=["handler"], organisation_id=office)
    receipt = await filed(world)
    await walked(desk, receipt.case_id, state)
    await declared(desk, "agent", receipt.number)
    case = await case_of(world, receipt.case_id)
    assert (case.status, case.handler_id, case.assignee_id) == (state, None, None)
    entries = (await desk.reads("lead", f"/cases/{receipt.number}/timeline")).json()["entries"]
    assert [(each["label"], each["opinion"]) for each in entries if each["kind"] == "case.unassigned"] == [
        ("收回分派", "承办人申请回避，退回本单位重新安排承办人")
    ]
    found = await heard(world, "recusal.declared")
    assert all("agent" not in logins and None not in logins for logins in found.values())
    assert "executive" in next(iter(found.values())), "who leads there"
    await holds(world)


async def test_a_handler_whom_the_complaint_names_later_gives_it_back_to_be_dispatched(
    world: World, desk: Desk
) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await named(desk, receipt.number, "agent")
    case = await case_of(world, receipt.case_id)
    assert (case.status, case.handler_id, case.assignee_id) == ("accepted", None, None)
    step = await heard(world, "case.step")
    assert step["承办人须回避（本人被投诉），退回重新转办"] == ["lead"], "who dispatches it anew, and not he himself"
    assert await heard(world, "recusal.declared") == {"该投诉已退回待转办，请安排他人办理": ["executive"]}
    await holds(world)


async def test_whoever_reports_to_a_colleague_named_later_has_it_no_more_either(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await walked(desk, receipt.case_id, "suspended")
    await named(desk, receipt.number, "lead")
    assert (await case_of(world, receipt.case_id)).handler_id is None
    [(then, logins)] = (await heard(world, "recusal.declared")).items()
    assert ("改派他人办理" in then, logins) == (True, ["executive"])


async def test_a_conflict_of_somebody_who_never_had_it_is_told_to_who_leads_there(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await declared(desk, "auditor", receipt.number)
    assert (await case_of(world, receipt.case_id)).status == "investigating"
    assert await heard(world, "recusal.declared") == {"请勿安排其办理该投诉": ["executive"]}


async def test_a_decision_waits_no_more_for_a_head_who_declares_a_conflict(world: World, desk: Desk) -> None:
    office = UUID(await unit(world, "个人金融部"))
    await hired(world, "head", roles=["department_head"], organisation_id=office)
    receipt = await filed(world)
    await walked(desk, receipt.case_id, "proposed")
    assert (await case_of(world, receipt.case_id)).awaits_unit_id == office
    await declared(desk, "head", receipt.number)
    case = await case_of(world, receipt.case_id)
    assert (case.awaits, case.awaits_unit_id == office) == ("executive", False)
    await holds(world)


async def test_a_barred_person_hears_nothing_of_it_not_even_what_was_waiting_for_the_morning(
    world: World, desk: Desk
) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await ticked(world)
    world.wait(hours=14)  # midnight in Shanghai
    urge: dict[str, Any] = {"case_id": str(receipt.case_id), "count": 1}
    async with world.database.transaction() as session:
        outbox.emit(session, "case.urged", urge, now=world.time)
    await ticked(world)
    await declared(Desk(world), "agent", receipt.number)
    async with world.database.transaction() as session:
        outbox.emit(session, "case.urged", urge | {"count": 9}, now=world.time)
    await ticked(world)
    agent = (await user(world, "agent")).id
    async with world.database.reading() as session:
        mine = select(Notice.values).where(Notice.user_id == agent, Notice.kind == "case.urged")
        assert [each["count"] for each in await session.scalars(mine)] == [1], "nothing after he declared it"
        waiting = select(StaffMessage.state).where(StaffMessage.user_id == agent, StaffMessage.created_at == world.time)
        assert set(await session.scalars(waiting)) == {"cancelled"}


async def test_whom_a_merged_complaint_is_about_has_its_master_no_more(world: World, desk: Desk) -> None:
    master, repeat = await filed(world), await filed(world)
    await desk.investigating(master.case_id)
    await named(desk, repeat.number, "agent")
    assert (await case_of(world, master.case_id)).handler_id is not None
    await desk.sure("outlet", repeat.case_id, "merge", master_number=master.number, opinion="同一事")
    await ticked(world)
    assert (await case_of(world, master.case_id)).handler_id is None
    await holds(world)
