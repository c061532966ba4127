from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select

from casebackend.check import check
from casebackend.clocks.model import Timer
from casebackend.supervision.queries import flagged
from casebackend.supervision.sheet import HEADINGS
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, filed
from tests.casebackend.escalations.test_jobs import told
from tests.casebackend.exports.office import PURPOSE, Office
from tests.casebackend.workers import worker
from tests.world import World


async def opened(desk: Desk, case: object, login: str = "supervisor", **fields: Any) -> httpx.Response:
    body = {
        "demand": "请三日内查明并书面说明，客户电话 13800138000",
        "due_at": (desk.world.time + timedelta(days=3)).isoformat(),
    }
    browser = await desk.browser(login)
    headers = {"Idempotency-Key": uuid4().hex}
    return await browser.post(f"/api/v1/cases/{case}/supervisions", json=body | fields, headers=headers)


async def does(desk: Desk, login: str, item: dict[str, Any], what: str, tag: str | None = None, **body: Any) -> Any:
    headers = {"Idempotency-Key": uuid4().hex}
    if tag != "":
        headers["If-Match"] = tag or f'"{item["version"]}"'
    browser = await desk.browser(login)
    return await browser.post(f"/api/v1/supervisions/{item['id']}/{what}", json=body, headers=headers)


def slug(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["type"].split("/")[-1]


async def clock(world: World) -> Timer:
    async with world.database.transaction() as session:
        return (await session.scalars(select(Timer).where(Timer.kind == "supervision"))).one()


async def test_a_demand_is_told_answered_by_the_handler_and_ended_by_the_supervisor_only(world: World) -> None:
    receipt = await filed(world)
    desk, ticking = Desk(world), worker(world)
    await desk.investigating(receipt.case_id)
    response = await opened(desk, receipt.number)
    item = response.json()
    assert (response.status_code, item["state"]) == (201, "open"), response.text
    assert "13800138000" not in response.text
    await ticking.tick()
    assert "agent" in (await told(world, "supervision.opened"))["staff_supervised"]
    async with world.database.reading() as session:
        assert await flagged(session, [receipt.case_id]) == {receipt.case_id}
    assert slug(await does(desk, "lead", item, "replies", text="不是我办的")) in (
        (403, "forbidden"), (403, "may-not-answer"),
    )  # fmt: skip
    assert slug(await does(desk, "supervisor", item, "close", opinion="算了")) == (409, "supervision-unanswered")
    assert (await does(desk, "agent", item, "replies", tag="", text="已查明")).status_code == 428
    seen = (await does(desk, "agent", item, "read")).json()
    assert seen["read_at"] is not None
    assert (await does(desk, "agent", item, "replies", text="已查明")).status_code == 412
    replied = await does(desk, "agent", seen, "replies", text="已查明，系统重复扣收")
    assert (replied.status_code, replied.json()["state"]) == (201, "replied")
    assert (await clock(world)).stopped_at == world.time
    await ticking.tick()
    assert (await told(world, "supervision.replied")) == {"staff_supervision_replied": ["supervisor"]}
    item = replied.json()
    assert slug(await does(desk, "executive", item, "close", opinion="可以")) == (403, "may-not-close")
    closed = await does(desk, "supervisor", item, "close", opinion="同意")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert slug(await does(desk, "agent", closed.json(), "replies", text="再补充")) == (409, "supervision-ended")
    assert closed.json()["replies"][0]["text"] == "已查明，系统重复扣收"
    async with world.database.reading() as session:
        assert await flagged(session, [receipt.case_id]) == set()
        assert await check(session, now=world.time) == []


async def test_a_demand_that_nobody_reads_or_answers_is_reminded_of_by_its_own_clock(world: World) -> None:
    receipt = await filed(world)
    desk, ticking = Desk(world), worker(world)
    await desk.investigating(receipt.case_id)
    await opened(desk, receipt.number)
    await ticking.tick()
    world.wait(hours=4, minutes=1)
    for _ in range(2):
        await ticking.tick()
    assert sorted((await told(world, "supervision.unread"))["staff_supervision_unread"])[0] == "agent"
    world.wait(days=3)
    await ticking.tick()
    assert (await told(world, "clock.overdue", clock="督办回复")) == {"staff_overdue": ["agent"]}
    listed = (await Desk(world).reads("supervisor", "/supervisions?state=open")).json()["items"]
    assert [(each["case_number"], each["overdue"]) for each in listed] == [(receipt.number, True)]


async def test_no_step_of_the_case_stops_the_clock_of_a_demand_and_the_promise_stays(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    promised = (await desk.reads("agent", f"/cases/{receipt.number}")).json()["promised_on"]
    await opened(desk, receipt.number, due_at=(world.time + timedelta(days=40)).isoformat())
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    assert (await desk.reads("agent", f"/cases/{receipt.number}")).json()["promised_on"] == promised
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意办结")
    await desk.sure("agent", receipt.case_id, "reply", **REPLY)
    assert (await clock(world)).stopped_at is None


async def test_a_regulators_demand_has_its_number_and_is_ended_by_a_complaint_manager(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    assert slug(await opened(desk, receipt.number, source="regulator")) == (422, "regulator-number-missing")
    late = (world.time - timedelta(minutes=1)).isoformat()
    assert slug(await opened(desk, receipt.number, due_at=late)) == (422, "due-passed")
    assert (await opened(desk, receipt.number, login="agent")).status_code == 403
    response = await opened(desk, receipt.number, login="executive", source="regulator", number="示范监督〔2026〕1号")
    assert response.status_code == 201, response.text
    replied = (await does(desk, "agent", response.json(), "replies", text="已说明")).json()
    assert (await does(desk, "supervisor", replied, "close", opinion="已回函")).status_code == 200
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)


async def test_an_answer_that_is_not_enough_goes_back_with_a_demand_and_a_clock_of_its_own(world: World) -> None:
    receipt = await filed(world)
    desk, ticking = Desk(world), worker(world)
    await desk.investigating(receipt.case_id)
    item = (await opened(desk, receipt.number)).json()
    later = {"demand": "请补充扣费依据", "due_at": (world.time + timedelta(days=2)).isoformat()}
    assert slug(await does(desk, "supervisor", item, "returns", **later)) == (409, "supervision-not-replied")
    item = (await does(desk, "agent", item, "replies", text="已查明")).json()
    assert (item["may_return"], item["may_answer"]) == (False, True)
    assert slug(await does(desk, "executive", item, "returns", **later)) == (403, "may-not-close")
    past = later | {"due_at": world.time.isoformat()}
    assert slug(await does(desk, "supervisor", item, "returns", **past)) == (422, "due-passed")
    back = await does(desk, "supervisor", item, "returns", **later)
    assert (back.status_code, back.json()["state"], back.json()["read_at"]) == (201, "open", None)
    assert [each["kind"] for each in back.json()["replies"]] == ["reply", "return"]
    await ticking.tick()
    assert "agent" in (await told(world, "supervision.returned"))["staff_supervision_returned"]
    world.wait(hours=4, minutes=1)
    await ticking.tick()
    assert len((await told(world, "supervision.unread"))["staff_supervision_unread"]) == len(
        set((await told(world, "supervision.unread"))["staff_supervision_unread"])
    ), "told of the second round only"
    world.wait(days=2)
    await ticking.tick()
    assert (await told(world, "clock.overdue", clock="督办回复")) == {"staff_overdue": ["agent"]}
    desk = Desk(world)
    again = await does(desk, "agent", back.json(), "replies", text="章程第十二条")
    assert again.status_code == 201, again.text
    closed = await does(desk, "supervisor", again.json(), "close", opinion="同意")
    assert slug(await does(desk, "supervisor", closed.json(), "returns", **later)) == (409, "supervision-ended")
    async with world.database.reading() as session:
        assert [each for each in await check(session, now=world.time) if "未触发" not in each] == []


async def test_demands_and_answers_are_taken_along_as_a_sheet_without_formulas_and_with_a_trace(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    item = (await opened(desk, receipt.number)).json()
    replied = (await does(desk, "agent", item, "replies", text='=HYPERLINK("http://x")，客户电话 13800138000')).json()
    boss = await desk.browser("supervisor")
    form = {"version": replied["version"], "demand": "请补充", "due_at": "2026-03-05T17:00"}
    assert (await boss.post(f"/supervision/{item['id']}/return", data=form)).status_code == 303
    assert 'href="/exports/new/supervision?state=open"' in (await boss.get("/supervision")).text
    office = Office(world)
    office.desk = desk
    made = await office.gets("supervisor", "state=open", kind="supervision")
    mark, said, headings, *lines, last = await office.rows("supervisor", made)
    assert (said, mark) == ([f"导出范围：督办；督办状态：待回复；共 {len(lines)} 行"], last)
    assert tuple(headings) == HEADINGS
    assert [(line[0], line[8]) for line in lines] == [(receipt.number, "回复"), (receipt.number, "退回")]
    assert lines[0][11].startswith("'=HYPERLINK")
    assert "13800138000" not in str(lines)
    assert (await office.asks("supervisor", "state=closed", kind="supervision")).status_code == 422
    assert (await office.asks("supervisor", "status=closed", kind="supervision")).status_code == 400
    assert slug(await office.asks("agent", kind="supervision")) == (403, "not-your-export")
    assert (await (await desk.browser("agent")).get("/supervision.csv")).status_code == 403
    old = await boss.get("/supervision.csv?state=open")
    assert (old.status_code, old.headers["Location"]) == (302, "/exports/new/supervision?state=open")
    [asked] = await office.audited("export.asked")
    assert (asked.detail["kind"], asked.detail["rows"], asked.detail["purpose"]) == ("supervision", 2, PURPOSE)


async def test_only_a_case_in_process_is_supervised_and_only_by_who_sees_it(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.sure("lead", receipt.case_id, "decline", decline_reason="already_decided", opinion="重复")
    assert slug(await opened(desk, receipt.number)) == (409, "not-supervisable")
    assert (await opened(desk, "TS20260302999999")).status_code == 404
    assert (await desk.reads("supervisor", "/supervisions?state=nonsense")).status_code == 400
    assert (await desk.reads("supervisor", f"/supervisions/{uuid4()}")).status_code == 404


async def test_the_section_and_the_list_of_the_console_do_the_same(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    boss, agent = await desk.browser("supervisor"), await desk.browser("agent")
    at = f"/cases/{receipt.number}/supervision"
    form = {"demand": "请说明", "due_at": "2026-03-05T17:00", "source": "internal"}
    assert (await boss.post(at, data=form | {"due_at": "soon"})).status_code == 422
    assert (await boss.post(at, data=form)).status_code == 303
    assert (await boss.post(f"{at}/urge", data={"opinion": "请加快"})).status_code == 303
    shown = (await agent.get(at)).text
    assert all(part in shown for part in ("请说明", "回复督办", "已催 1 次"))
    assert "督办" in (await boss.get(f"/cases/{receipt.number}")).text
    assert receipt.number in (await boss.get("/supervision")).text
    response = await desk.reads("agent", f"/cases/{receipt.number}/supervisions")
    assert response.status_code == 200, response.text
    item = response.json()["items"][0]
    assert (await agent.post(f"/supervision/{item['id']}/read", data={"version": item["version"]})).status_code == 303
    stale = await agent.post(f"/supervision/{item['id']}/reply", data={"version": item["version"], "text": "已查"})
    assert stale.status_code == 412
    done = await agent.post(f"/supervision/{item['id']}/reply", data={"version": item["version"] + 1, "text": "已查"})
    assert done.status_code == 303
    close = {"version": item["version"] + 2, "opinion": "同意"}
    assert (await boss.post(f"/supervision/{item['id']}/close", data=close)).status_code == 303
    assert receipt.number not in (await boss.get("/supervision")).text
    assert receipt.number in (await boss.get("/supervision?state=closed")).text
