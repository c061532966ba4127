"""修改和作废 by number: the creator corrects, two administrators void, and whatever happened stays to be read."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from casebackend.check import check
from casebackend.notices.model import Notice
from casebackend.staff.model import User
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.queries import of_case
from tests.casebackend.cases.around import holds, posts, refused, ticked
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.world import World

FOUND = "核对监控后更正：重复扣收三次，电话13911112222"


async def sent(desk: Desk, login: str, path: str, **form: Any) -> Any:
    browser = await desk.browser(login)
    return await browser.post(path, data=form)


async def version(world: World, case_id: object) -> int:
    return (await case_of(world, UUID(str(case_id)))).version


async def todo(desk: Desk, login: str) -> list[str]:
    items = (await desk.reads(login, "/cases/?queue=todo")).json()["items"]
    return [row["number"] for row in items]


async def test_a_case_in_process_goes_back_to_its_creator_who_corrects_it_with_both_versions_kept(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    centre = UUID(await unit(world, "客户服务中心"))
    await hired(world, "colleague", roles=["intake"], organisation_id=centre)
    made = await counter.sure(unit_id=await unit(world, "北京朝阳支行"), amount="200.00")
    number = made["number"]
    await desk.investigating(number)
    case_id = (await desk.reads("agent", f"/cases/{number}")).json()["id"]
    page = f"/cases/{number}"
    edited = await sent(
        desk,
        "supervisor",
        f"{page}/moves",
        move="edit",
        opinion="金额和经过有误",
        version=await version(world, case_id),
    )
    assert edited.status_code == 303, edited.text
    assert [number in await todo(desk, who) for who in ("agent", "colleague")] == [True, False]
    await ticked(world)
    assert f"您登记的投诉 {number} 已被退回" in (await (await desk.browser("agent")).get("/notices")).text
    refused = await desk.does("colleague", number, "submit", amount="1.00")
    assert refused.json()["detail"] == "退回修改的投诉由登记人修改后重新提交"
    shown = (await (await desk.browser("agent")).get(page)).text
    assert all(f'id="submit-{name}"' in shown for name in ("facts", "demand", "unit_id", "amount", "occurred_on"))
    sure = await sent(
        desk, "agent", f"{page}/moves", move="submit", version=await version(world, case_id), facts=FOUND,
        amount="600.00", opinion="已与客户核对",
    )  # fmt: skip
    assert sure.status_code == 303, sure.text
    after = (await desk.reads("agent", page)).json()
    assert (after["number"], after["status"], after["amount"]) == (number, "pending_review", "600.00")
    changes = (await desk.reads("agent", f"{page}/registration")).json()["changes"]
    kept = {each["field"]: (each["before"], each["after"]) for each in changes}
    assert kept["amount"] == ("200.00", "600.00")
    assert kept["facts"][0]
    assert kept["facts"][1].startswith("核对监控后更正")
    assert "13911112222" not in str(changes)
    section = (await (await desk.browser("agent")).get(f"{page}/registration")).text
    assert all(words in section for words in ("事情经过", "200.00", "600.00", "已与客户核对"))
    await holds(world)


async def test_whoever_registered_it_having_left_a_colleague_corrects_it(world: World) -> None:
    counter = Counter(world)
    centre = UUID(await unit(world, "客户服务中心"))
    await hired(world, "colleague", roles=["intake"], organisation_id=centre)
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行")))["number"]
    await counter.desk.sure("supervisor", number, "edit", opinion="经过有误")
    async with world.database.transaction() as session:
        (await session.scalars(select(User).where(User.login == "agent"))).one().active = False
    assert number in await todo(counter.desk, "colleague")
    assert (await counter.desk.sure("colleague", number, "submit", facts="更正"))["status"] == "pending_review"


async def test_whoever_registered_it_taking_in_no_complaints_any_more_a_colleague_corrects_it(world: World) -> None:
    counter = Counter(world)
    centre = UUID(await unit(world, "客户服务中心"))
    await hired(world, "colleague", roles=["intake"], organisation_id=centre)
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行")))["number"]
    await counter.desk.sure("supervisor", number, "edit", opinion="经过有误")
    async with world.database.transaction() as session:
        (await session.scalars(select(User).where(User.login == "agent"))).one().roles = ["follow_up"]
    assert number in await todo(counter.desk, "colleague")
    assert (await counter.desk.sure("colleague", number, "submit", facts="更正"))["status"] == "pending_review"


async def test_one_administrator_asks_another_one_decides_and_no_event_is_lost(world: World) -> None:
    await hired(world, "admin2", roles=["system_admin"], display_name="钱管理")
    desk = Desk(world)
    receipt = await filed(world)
    asked = await sent(
        desk, "admin", "/corrections", number=receipt.number.lower(), move="void", opinion="测试数据13911112222",
        version=await version(world, receipt.case_id),
    )  # fmt: skip
    assert asked.headers["location"].endswith("done=asked")
    await ticked(world)
    async with world.database.reading() as session:
        told = select(User.login).join(Notice, Notice.user_id == User.id).where(Notice.kind == "case.void_requested")
        assert list(await session.scalars(told)) == ["admin2"]
        before = await session.scalar(select(func.count()).select_from(TimelineEntry))
    mine, other = [(await (await desk.browser(who)).get("/corrections")).text for who in ("admin", "admin2")]
    assert "确认作废" not in mine
    assert "撤回申请" in mine
    assert "确认作废" in other
    assert "测试数据" in other
    assert "13911112222" not in other
    now = await version(world, receipt.case_id)
    path = f"/corrections/{receipt.number}/refusal"
    assert (await sent(desk, "admin2", path, version=now - 1, opinion="真实投诉")).status_code == 409
    assert (await sent(desk, "admin2", path, version=now, opinion="真实投诉")).status_code == 303
    assert (await case_of(world, receipt.case_id)).status == "pending_review"
    for who in ("admin", "admin2"):
        form = {"number": receipt.number, "move": "void", "opinion": "确为误录"}
        done = await sent(desk, who, "/corrections", **form, version=await version(world, receipt.case_id))
        assert done.status_code == 303, done.text
    assert (await case_of(world, receipt.case_id)).status == "voided"
    async with world.database.reading() as session:
        labels = [entry.kind for entry in await of_case(session, receipt.case_id)]
        assert labels[-4:] == ["case.void_requested", "case.void_refused", "case.void_requested", "case.moved"]
        assert before is not None
        assert len(labels) > before - 1
    following = await filed(world, sender="b")
    assert following.number != receipt.number
    await holds(world)


async def test_over_the_interface_a_request_is_listed_and_refused_once(world: World) -> None:
    await hired(world, "admin2", roles=["system_admin"])
    desk = Desk(world)
    receipt = await filed(world)
    await desk.sure("admin", receipt.number, "void", opinion="重复导入")
    [row] = (await desk.reads("admin2", "/voids/")).json()["items"]
    assert (row["number"], row["reason"], row["own"]) == (receipt.number, "重复导入", False)
    browser, path = await desk.browser("admin2"), f"/api/v1/voids/{receipt.number}/refusal"
    assert (await browser.post(path, json={"opinion": "不同意"})).status_code == 428
    tag = {"If-Match": f'"{row["version"]}"'}
    assert (await browser.post(path, json={"opinion": "不同意"}, headers=tag)).status_code == 200
    again = await browser.post(path, json={"opinion": "不同意"}, headers={"If-Match": "*"})
    assert (again.status_code, again.json()["title"]) == (409, "没有待确认的作废申请")
    for who in ("agent", "supervisor"):
        assert (await desk.reads(who, "/voids/")).status_code == 403
    unknown = await browser.post("/api/v1/voids/TS20260302999999/refusal", json={"opinion": "x"}, headers=tag)
    assert unknown.status_code == 404
    shown = (await browser.get("/corrections?number=TS20260302999999")).text
    assert "没有这个编号的投诉" in shown


async def test_who_registered_it_voids_his_own_draft_that_no_customer_knows_of(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    await hired(world, "colleague", roles=["intake"], organisation_id=UUID(await unit(world, "客户服务中心")))
    mine, accepted, spoken = [(await counter.sure())["number"] for _ in range(3)]
    assert refused(await desk.does("agent", mine, "void", opinion="登记重复")) == (403, "move-forbidden")
    for number in (mine, spoken):
        await desk.sure("lead", number, "return_to_draft", opinion="与另一件重复")
    await desk.sure("lead", accepted, "accept")
    await desk.sure("supervisor", accepted, "edit", opinion="登记有误")
    called = {"at": world.time.isoformat(), "note": "已告知客户受理"}
    noted = await posts(desk, "agent", f"/cases/{spoken}/contacts", called)
    assert noted.status_code < 300, noted.text
    assert refused(await desk.does("colleague", mine, "void", opinion="登记重复")) == (403, "not-your-draft")
    for number in (accepted, spoken):
        assert refused(await desk.does("agent", number, "void", opinion="登记重复")) == (409, "already-known")
    assert refused(await desk.does("agent", mine, "void")) == (422, "fields-missing")
    offered = [
        "void" in [each["move"] for each in (await desk.reads(who, f"/cases/{number}")).json()["allowed"]]
        for who, number in (("agent", mine), ("colleague", mine), ("agent", accepted), ("agent", spoken))
    ]
    assert offered == [True, False, False, False]
    page = (await (await desk.browser("agent")).get(f"/cases/{mine}")).text
    assert 'name="move" value="void"' in page
    assert (await desk.sure("agent", mine, "void", opinion="登记重复"))["status"] == "voided"
    await holds(world)


@pytest.mark.parametrize("alone", [True, False])
async def test_the_check_finds_what_one_person_voided(world: World, alone: bool) -> None:
    await hired(world, "admin2", roles=["system_admin"])
    desk = Desk(world)
    receipt = await filed(world)
    for who in ("admin", "admin2"):
        await desk.sure(who, receipt.number, "void", opinion="误录")
    async with world.database.transaction() as session:
        for entry in await of_case(session, receipt.case_id):
            entry.actor = "staff:admin" if alone and entry.kind != "case.filed" else entry.actor
        await session.flush()
        broken = await check(session, now=world.time)
    assert any("没有第二人" in sentence for sentence in broken) is alone
