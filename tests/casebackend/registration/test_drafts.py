"""暂存: put aside, taken up again, submitted once, or thrown away."""

from sqlalchemy import select

from casebackend.check import check
from casebackend.clocks.queries import timers_of
from casebackend.clocks.rules import is_promise
from casebackend.outbox.model import OutboxMessage
from casebackend.registration.model import Registration
from tests.casebackend.cases.builders import unit
from tests.casebackend.registration.takers import CUSTOMER, STORY, Counter
from tests.world import World


async def test_what_is_put_aside_is_sealed_found_again_and_submitted_once(world: World) -> None:
    counter = Counter(world)
    saved = await counter.sends("agent", "/registrations/", STORY | {"demand": ""})
    assert (saved.status_code, saved.json()["complainant"]) == (201, "张**")
    path = f"/registrations/{saved.json()['id']}"
    async with world.database.transaction() as session:
        row = (await session.scalars(select(Registration))).one()
        assert "张三丰" not in repr(vars(row))
    browser = await counter.desk.browser("agent")
    assert [each["id"] for each in (await browser.get("/api/v1/registrations/")).json()["items"]] == [
        saved.json()["id"]
    ]
    assert (await counter.desk.reads("outlet", path)).status_code == 404
    early = await counter.sends("agent", f"{path}/submit", {}, read='"1"')
    assert early.json()["type"].endswith("not-filled-in")
    changed = await browser.put(f"/api/v1{path}", json=STORY, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    other_tab = await browser.put(f"/api/v1{path}", json=STORY, headers={"If-Match": '"1"'})
    assert other_tab.status_code == 412
    content = (await browser.get(f"/api/v1{path}")).json()["content"]
    assert content["people"][0]["name"] == "张三丰"
    made = await counter.sends("agent", f"{path}/submit", {}, key="s", read='"2"')
    again = await counter.sends("agent", f"{path}/submit", {}, key="s", read='"2"')
    assert (made.status_code, made.json()["number"]) == (201, again.json()["number"])
    assert (await browser.get(f"/api/v1{path}")).json()["type"].endswith("already-submitted")
    assert (await browser.get("/api/v1/registrations/")).json()["items"] == []
    async with world.database.transaction() as session:
        assert (await session.scalars(select(Registration.content_enc))).all() == [None]
        assert await check(session, now=world.time) == []


async def test_reset_leaves_nothing_of_what_stood_there(world: World) -> None:
    counter = Counter(world)
    saved = await counter.sends("agent", "/registrations/", STORY)
    browser = await counter.desk.browser("agent")
    path = f"/api/v1/registrations/{saved.json()['id']}"
    assert (await browser.delete(path)).status_code == 428
    assert (await browser.delete(path, headers={"If-Match": '"1"'})).status_code == 204
    assert (await browser.get(path)).status_code == 409
    async with world.database.transaction() as session:
        row = (await session.scalars(select(Registration))).one()
        assert (row.state, row.content_enc, row.complainant) == ("reset", None, None)


async def test_returned_to_the_creator_it_is_corrected_and_submitted_again(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    number = (await counter.sure())["number"]
    await desk.sure("lead", number, "return_to_draft", opinion="请补充金额")
    assert (await counter.case(number)).status == "draft"
    promised = (await counter.case(number)).promised_on
    for matter, same in (("enquiry", False), ("complaint", True)):
        done = await counter.changes("lead", number, "matter", matter_type=matter, reason="与客户核对")
        assert done.status_code == 200, done.text
        async with world.database.reading() as session:
            running = [
                each for each in await timers_of(session, (await counter.case(number)).id) if not each.stopped_at
            ]
        assert [each.kind for each in running if is_promise(each.kind)] == ["l1" if same else "matter.enquiry"]
        assert ((await counter.case(number)).promised_on == promised) is same
    await desk.sure("agent", number, "submit", amount="200")
    await desk.sure("lead", number, "accept")


async def test_a_correction_is_graded_and_placed_anew_and_the_history_says_why(world: World) -> None:
    counter = Counter(world)
    desk, outlet = counter.desk, await unit(world, "北京朝阳支行")
    made = await counter.sure(
        unit_id=outlet,
        responsible_unit_id=outlet,
        people=[CUSTOMER | {"tier": "private"}],
        facts="年费多扣了，记者在场",
    )
    number = made["number"]
    first = await counter.case(number)
    assert (first.severity, first.lane_reason) == ("重大投诉", "重点客户")
    await desk.sure("lead", number, "return_to_draft", opinion="客户更正：没有记者，是海淀支行")
    haidian = await unit(world, "北京海淀支行")
    await desk.sure("agent", number, "submit", facts="年费多扣了", unit_id=haidian, opinion="与客户核对")
    case = await counter.case(number)
    assert (case.severity, case.severity_reason, case.lane_reason) == ("一般投诉", "未命中升级规则", "重点客户")
    assert {str(case.handling_unit_id), str(case.responsible_unit_id)} == {haidian}
    said = [each["opinion"] for each in (await desk.reads("lead", f"/cases/{number}/timeline")).json()["entries"]]
    assert "内容更正，重新定级：重大投诉 → 一般投诉（未命中升级规则）" in said
    assert any(each and each.startswith("被投诉机构更正，按属地规则确定：承办单位 ") for each in said)
    await desk.sure("lead", number, "return_to_draft", opinion="金额是一百五十万")
    await desk.sure("agent", number, "submit", amount="1500000", facts="年费多扣了，老人想不开要跳楼")
    assert (case := await counter.case(number)).severity == "紧急投诉"
    shown = (await desk.reads("lead", f"/cases/{number}/registration")).json()["changes"]
    kept = [(each["before"], each["after"]) for each in shown if each["field"] == "severity"]
    assert sorted(kept) == [("一般投诉", "紧急投诉"), ("重大投诉", "一般投诉")]
    page = (await (await desk.browser("lead")).get(f"/cases/{number}")).text
    assert "重新定级：一般投诉 → 紧急投诉（人身安全" in page
    assert "自伤风险" in page
    async with world.database.transaction() as session:
        majors = await session.scalars(select(OutboxMessage.topic).where(OutboxMessage.topic == "case.major"))
        assert len(majors.all()) == 2
        assert await check(session, now=world.time) == []


async def test_the_text_suggests_its_classes_and_says_how_sure_it_is(world: World) -> None:
    counter = Counter(world)
    found = await counter.sends("agent", "/registrations/coding", {"text": "柜台多扣信用卡年费，柜员态度差"})
    by_field: dict[str, list[str]] = {}
    for each in found.json():
        assert 0 < each["confidence"] < 1
        assert each["code"] is None
        by_field.setdefault(each["field"], []).append(each["name"])
    assert by_field["category_b"][0] == "信用卡"
    assert by_field["business_channel_a"] == ["营业现场"]
    assert (await counter.sends("agent", "/registrations/coding", {"text": "嗯"})).json() == []
