from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from casebackend.notices.model import Notice
from casebackend.staff.model import Duty, LoginSession, User
from tests.casebackend.cases.around import holds, posts, refused, ticked, user
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, case_of, filed, unit
from tests.casebackend.revisits.test_service import says
from tests.casebackend.staff.logins import hired, staff
from tests.world import World

UNIT = "个人金融部"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def handlers(world: World, *logins: str) -> None:
    where = UUID(await unit(world, UNIT))
    for login in logins:
        await hired(world, login, roles=["handler"], organisation_id=where, display_name=login)


async def dispatched(world: World, desk: Desk, sender: str = "customer-1") -> UUID:
    receipt = await filed(world, sender=sender)
    await desk.sure("lead", receipt.case_id, "accept")
    target = await unit(world, UNIT)
    await desk.sure("lead", receipt.case_id, "dispatch", handling_unit_id=target, opinion="请核查")
    return receipt.case_id


async def assignee(world: World, case_id: UUID) -> tuple[str | None, list[str]]:
    case = await case_of(world, case_id)
    async with world.database.reading() as session:
        name = await session.scalar(select(User.login).where(User.id == case.assignee_id))
    return name, case.assigned_why


async def leaves(world: World, login: str) -> None:
    person = (await user(world, login)).id
    async with world.database.transaction() as session:
        await session.execute(update(LoginSession).where(LoginSession.user_id == person).values(ended_at=world.time))


async def test_a_dispatched_case_goes_to_who_knows_it_best_and_says_why(world: World, desk: Desk) -> None:
    await handlers(world, "zhang")
    await handlers(world, "li")
    async with world.database.transaction() as session:
        await session.execute(update(User).where(User.login == "li").values(skills=["信用卡"]))
    for login in ("zhang", "li"):
        await desk.browser(login)
    case = await dispatched(world, desk)
    await ticked(world)
    assert await assignee(world, case) == ("li", ["擅长“信用卡”", "目前没有在办投诉"])
    seen = (await desk.reads("lead", f"/cases/{case}/candidates")).json()
    assert [each["name"] for each in seen["candidates"]] == ["li", "zhang"]
    assert seen["assignee"] == "li"
    async with world.database.reading() as session:
        [notice] = await session.scalars(select(Notice).where(Notice.template == "staff_assigned"))
        assert notice.user_id == (await session.scalar(select(User.id).where(User.login == "li")))
    await holds(world)


async def test_what_counts_how_much_is_the_banks_to_say_from_a_day_on(world: World, desk: Desk) -> None:
    """Knowing the matter outweighs one case in hand, until a row of today says that it counts for nothing."""
    await handlers(world, "zhang", "li")
    async with world.database.transaction() as session:
        await session.execute(update(User).where(User.login == "li").values(skills=["信用卡"]))
    for login in ("zhang", "li"):
        await desk.browser(login)
    case = await dispatched(world, desk)
    await ticked(world)

    async def order() -> list[tuple[str, int]]:
        seen = (await desk.reads("lead", f"/cases/{case}/candidates")).json()
        return [(each["name"], each["score"]) for each in seen["candidates"]]

    assert await order() == [("li", 34), ("zhang", 0)]
    today = world.time.date().isoformat()
    row = {"code": "assignment.skilled", "value": "0", "effective_from": today, "source": "分派办法第三条"}
    supervisor = await desk.browser("supervisor")
    added = await supervisor.post("/api/v1/thresholds/", json=row, headers={"Idempotency-Key": "weights"})
    assert added.status_code == 201, added.text
    assert await order() == [("zhang", 0), ("li", -6)]


async def test_the_last_handler_of_the_customer_and_the_load_count(world: World, desk: Desk) -> None:
    await handlers(world, "zhang", "li")
    for login in ("zhang", "li"):
        await desk.browser(login)
    first = await dispatched(world, desk)
    await desk.sure("li", first, "receive")
    second = await dispatched(world, desk)
    await ticked(world)
    assert (await assignee(world, second))[0] == "li"
    assert "上次由其办理该客户的投诉" in (await assignee(world, second))[1]
    other = await dispatched(world, desk, sender="customer-2")
    await ticked(world)
    assert (await assignee(world, other))[0] in ("li", "zhang")
    seen = (await desk.reads("lead", f"/cases/{other}/candidates")).json()
    assert any("在办2件" in each["why"] for each in seen["candidates"] if each["name"] == "li")


async def test_nobody_who_is_off_busy_or_recused_gets_a_case(world: World, desk: Desk) -> None:
    await handlers(world, "off", "busy", "kin")
    for login in ("busy", "kin"):
        await desk.browser(login)
    await _declares_busy(world, "busy")
    case = await dispatched(world, desk)
    assert (await posts(desk, "kin", f"/cases/{case}/recusals", {"reason": "客户是我的亲属"})).status_code == 201
    await ticked(world)
    assert await assignee(world, case) == (None, [])
    seen = (await desk.reads("lead", f"/cases/{case}/candidates")).json()
    assert {each["name"]: each["reason"] for each in seen["excluded"]} == {
        "off": "不在岗或示忙", "busy": "不在岗或示忙", "kin": "须回避",
    }  # fmt: skip
    for login in ("off", "busy", "kin"):
        body = {"user_id": str((await user(world, login)).id), "reason": "请办理"}
        assert refused(await gives(desk, "lead", case, body)) == (409, "no-candidate")


async def _declares_busy(world: World, login: str) -> None:
    person = (await user(world, login)).id
    async with world.database.transaction() as session:
        session.add(Duty(user_id=person, state="busy", at=world.time))


async def gives(desk: Desk, login: str, case: object, body: dict[str, str]) -> httpx.Response:
    browser = await desk.browser(login)
    tag = (await browser.get(f"/api/v1/cases/{case}")).headers.get("ETag", "*")
    return await browser.post(f"/api/v1/cases/{case}/assignment", json=body, headers={"If-Match": tag})


async def test_leaders_are_told_once_that_nobody_has_a_case(world: World, desk: Desk) -> None:
    where = UUID(await unit(world, UNIT))
    await hired(world, "boss", roles=["department_head"], organisation_id=where, display_name="部门负责人")
    case = await dispatched(world, desk)
    await ticked(world)
    world.wait(minutes=29)
    await ticked(world)
    assert await alerts(world) == []
    world.wait(minutes=1)
    for _ in range(3):
        await ticked(world)
    assert await alerts(world) == ["boss"]
    await handlers(world, "zhang")
    await staff(world, "zhang")
    await ticked(world)
    assert (await assignee(world, case))[0] == "zhang"
    await holds(world)


async def alerts(world: World) -> list[str | None]:
    async with world.database.reading() as session:
        query = select(User.login).join(Notice, Notice.user_id == User.id).where(Notice.template == "staff_unassigned")
        return list(await session.scalars(query))


async def test_what_was_not_received_is_taken_back_from_who_goes_off(world: World, desk: Desk) -> None:
    await handlers(world, "zhang")
    await desk.browser("zhang")
    case, kept = await dispatched(world, desk), await dispatched(world, desk, sender="c2")
    await ticked(world)
    await desk.sure("zhang", kept, "receive")
    await handlers(world, "li")
    await leaves(world, "zhang")
    await ticked(world)
    assert await assignee(world, case) == (None, [])
    assert (await case_of(world, kept)).handler_id == (await user(world, "zhang")).id
    await staff(world, "li")
    await ticked(world)
    assert (await assignee(world, case))[0] == "li"
    await _declares_busy(world, "li")
    await ticked(world)
    assert (await assignee(world, case))[0] is None
    await holds(world)


async def test_another_of_the_unit_may_take_over_and_it_is_noted(world: World, desk: Desk) -> None:
    await handlers(world, "zhang", "li")
    await desk.browser("zhang")
    case = await dispatched(world, desk)
    await ticked(world)
    await desk.sure("li", case, "receive")
    found = await case_of(world, case)
    assert found.handler_id == found.assignee_id == (await user(world, "li")).id
    entries = (await desk.reads("lead", f"/cases/{case}/timeline")).json()["entries"]
    assert entries[-1]["detail"]["taken_over"] is True


async def test_a_leader_names_the_handler_with_a_reason(world: World, desk: Desk) -> None:
    await handlers(world, "zhang", "li")
    for login in ("zhang", "li"):
        await desk.browser(login)
    case = await dispatched(world, desk)
    await ticked(world)
    before = (await assignee(world, case))[0]
    other = "li" if before == "zhang" else "zhang"
    body = {"user_id": str((await user(world, other)).id), "reason": "熟悉该网点"}
    browser = await desk.browser("lead")
    assert (await browser.post(f"/api/v1/cases/{case}/assignment", json=body)).status_code == 428
    passed = await browser.post(f"/api/v1/cases/{case}/assignment", json=body, headers={"If-Match": '"1"'})
    assert passed.status_code == 412
    assert (await gives(desk, "zhang", case, body)).status_code == 403
    outsider = body | {"user_id": str((await user(world, "auditor")).id)}
    assert refused(await gives(desk, "lead", case, outsider)) == (409, "no-candidate")
    assert (await gives(desk, "lead", case, body)).status_code == 200
    name, why = await assignee(world, case)
    assert (name, why[0]) == (other, "李班长指定")
    assert refused(await gives(desk, "lead", case, body)) == (409, "no-candidate")
    await desk.sure(other, case, "receive")
    back = body | {"user_id": str((await user(world, before or "")).id)}
    assert (await gives(desk, "lead", case, back)).status_code == 200
    assert (await case_of(world, case)).handler_id == (await user(world, before or "")).id
    await holds(world)


@pytest.mark.parametrize("way", ["named", "declared"])
async def test_a_leader_who_has_to_stay_away_does_not_choose_who_handles_it(world: World, desk: Desk, way: str) -> None:
    await handlers(world, "zhang")
    await desk.browser("zhang")
    where = UUID(await unit(world, UNIT))
    await hired(world, "boss", roles=["department_head"], organisation_id=where, display_name="部门负责人")
    case = await dispatched(world, desk)
    if way == "named":
        named = {"kind": "staff", "value": "部门负责人", "user_id": str((await user(world, "boss")).id)}
        assert (await posts(desk, "lead", f"/cases/{case}/objects", named)).status_code == 201
    else:
        assert (await posts(desk, "boss", f"/cases/{case}/recusals", {"reason": "客户是我的亲属"})).status_code == 201
    body = {"user_id": str((await user(world, "zhang")).id), "reason": "请办理"}
    assert refused(await gives(desk, "boss", case, body)) == (403, "recused")
    assert await assignee(world, case) == (None, [])
    await holds(world)


async def test_before_the_dispatch_nobody_is_assigned(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    body = {"user_id": str((await user(world, "agent")).id), "reason": "请办理"}
    assert refused(await gives(desk, "lead", receipt.case_id, body)) == (409, "not-assignable")


async def test_a_second_complaint_goes_to_other_hands_than_the_first(world: World, desk: Desk) -> None:
    audit = UUID(await unit(world, "稽核部"))
    await hired(world, "first", roles=["handler"], organisation_id=audit, display_name="首次承办")
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure("lead", receipt.case_id, "dispatch", handling_unit_id=str(audit), opinion="请核查")
    await desk.sure("first", receipt.case_id, "receive")
    await desk.sure("first", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意办结")
    await desk.sure("first", receipt.case_id, "reply", **REPLY)
    await ticked(world)
    world.wait(seconds=world.settings.survey_delay_seconds + 20)
    await ticked(world)
    for words in ("没解决", "1分", "没有了"):
        await says(world, words)
    second = UUID((await says(world, "要重新处理"))["second_case"])
    await ticked(world)
    assert (await assignee(world, second))[0] is None
    seen = (await desk.reads("lead", f"/cases/{second}/candidates")).json()
    assert ("首次承办", "办理过首次投诉") in [(each["name"], each["reason"]) for each in seen["excluded"]]
    await desk.browser("auditor")
    await ticked(world)
    assert (await assignee(world, second))[0] == "auditor"
    await holds(world)
