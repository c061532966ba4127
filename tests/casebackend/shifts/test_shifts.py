"""Who is on duty, what one shift leaves to the next, and who is free for the next customer."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from casebackend.api.people import WorkItem
from casebackend.assignments import queries as assignments
from casebackend.handoffs.queries import anyone_on_duty
from casebackend.shifts import jobs, rules, service
from casebackend.shifts.model import Handover
from casebackend.staff.model import DutyEvent, User
from tests.casebackend.cases.builders import filed, unit
from tests.casebackend.people.admins import Office
from tests.casebackend.staff.logins import hired
from tests.world import World


@pytest_asyncio.fixture
async def office(world: World) -> Office:
    return Office(world)


def times(office: Office, start: float, end: float) -> dict[str, str]:
    """Hours from now."""
    at = office.world.time
    return {"starts_at": (at + timedelta(hours=start)).isoformat(), "ends_at": (at + timedelta(hours=end)).isoformat()}


async def test_leaders_plan_duty_for_their_units_and_nobody_stands_twice(office: Office) -> None:
    agent, outlet = await office.user("agent"), await office.user("outlet")
    body: dict[str, Any] = {"user_id": str(agent.id), "name": "白班"}
    made = await office.done("lead", "POST", "/shifts", body | times(office, 1, 9))
    assert (made["person"], made["unit"], made["planned_by"]) == ("王受理", "客户服务中心", "李班长")
    twice = await office.asks("lead", "POST", "/shifts", body | times(office, 8, 10))
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/shift-twice")
    for wrong in (times(office, 20, 20), times(office, -9, -1), times(office, 20, 20 + 24 * 8)):
        assert (await office.asks("lead", "POST", "/shifts", body | wrong)).json()["type"] == "/problems/shift-wrong"
    assert (await office.asks("agent", "POST", "/shifts", body | times(office, 20, 22))).status_code == 403
    foreign = await office.asks("branch", "POST", "/shifts", body | times(office, 20, 22))
    assert foreign.json()["type"] == "/problems/shift-wrong"
    assert (
        await office.asks("branch", "POST", "/shifts", body | {"user_id": str(outlet.id)} | times(office, 20, 22))
    ).is_success
    assert [each["name"] for each in (await office.reads("outlet", "/shifts")).json()["items"]] == ["白班"]
    assert len((await office.reads("lead", "/shifts")).json()["items"]) == 2
    path = f"/shifts/{made['id']}/cancellation"
    assert (await office.asks("branch", "POST", path, {"reason": "x"}, read=1)).status_code == 404
    off = await office.done("lead", "POST", path, {"reason": "病假 13800138000"}, read=1)
    assert "13800138000" not in off["cancel_reason"]
    again = await office.asks("lead", "POST", path, {"reason": "x"}, read=2)
    assert again.json()["type"] == "/problems/shift-over"
    assert (await office.asks("lead", "POST", "/shifts", body | times(office, 1, 9))).is_success


async def test_a_shift_ends_with_a_list_that_the_next_one_takes(office: Office) -> None:
    """What is open is found, not typed; whoever gives does not take."""
    world = office.world
    home = await office.unit("0004")
    for login, number in (("li", "8501"), ("sun", "8502"), ("zhou", "8503")):
        await hired(world, login, staff_no=number, roles=["handler"], organisation_id=home.id)
    receipt = await filed(world)
    await office.sure("lead", receipt.number, "accept")
    await office.sure(
        "agent", receipt.number, "dispatch", handling_unit_id=await unit(world, "个人金融部"), opinion="核查"
    )
    first = await office.done("zhou", "POST", "/handovers", {})
    assert [(item["kind"], item["label"], item["own"]) for item in first["open_items"]] == [
        ("unassigned", receipt.number, False)
    ]
    own = await office.asks("zhou", "POST", f"/handovers/{first['id']}/taking", {"decision": "take"}, read=1)
    assert own.json()["type"] == "/problems/not-the-next-shift"
    await office.sure("li", receipt.number, "receive")
    sun = await office.user("sun")
    body = {"to_id": str(sun.id), "note": "客户电话13800138000已约明早回访"}
    given = await office.done("li", "POST", "/handovers", body)
    assert [(item["kind"], item["own"]) for item in given["open_items"]] == [("case", True)]
    assert "13800138000" not in given["note"]
    twice = await office.asks("li", "POST", "/handovers", {})
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/handover-open")
    path = f"/handovers/{given['id']}/taking"
    for login in ("li", "zhou"):
        refused = await office.asks(login, "POST", path, {"decision": "take"}, read=1)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-the-next-shift")
    silent = await office.asks("sun", "POST", path, {"decision": "question"}, read=1)
    assert silent.json()["type"] == "/problems/shift-wrong"
    asked = await office.done("sun", "POST", path, {"decision": "question", "answer": "录音在哪里"}, read=1)
    assert asked["state"] == "questioned"
    taken = await office.done("sun", "POST", path, {"decision": "take", "answer": "已说明"}, read=2)
    assert (taken["state"], taken["taker"], taken["answer"]) == ("taken", "陈同事", "已说明")
    late = await office.asks("sun", "POST", path, {"decision": "take"}, read=3)
    assert late.json()["type"] == "/problems/handover-taken"
    assert (await office.reads("outlet", f"/handovers/{given['id']}")).status_code == 404
    assert (await office.reads("outlet", "/handovers")).json()["items"] == []
    listed = (await office.reads("sun", "/handovers")).json()["items"]
    assert [each["state"] for each in listed] == ["given", "taken"]
    async with world.database.reading() as session:
        assert (await session.get_one(Handover, UUID(given["id"]))).giver_id == (await office.user("li")).id


async def test_only_who_is_free_is_given_work_and_each_change_is_kept(office: Office) -> None:
    world = office.world
    agent = await office.user("agent")
    await office.browser("agent")

    async def free() -> tuple[bool, bool]:
        async with world.database.reading() as session:
            here = await assignments.here(session, now=world.time)
            return agent.id in here, await anyone_on_duty(session, now=world.time)

    assert await free() == (True, True)
    for wrong in ({"state": "busy"}, {"state": "busy", "reason": "不在列表中"}):
        refused = await office.asks("agent", "POST", "/duty-states", wrong)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/duty-reason-missing")
    said = await office.done("agent", "POST", "/duty-states", {"state": "busy", "reason": "会议"})
    assert (said["state_label"], said["reason"], said["present"]) == ("示忙", "会议", True)
    assert await free() == (False, False)
    await office.done("agent", "POST", "/duty-states", {"state": "out"})
    assert await free() == (False, False)
    receipt = await world.says("我要人工", sender="customer-9")
    await world.actions.post(
        f"/api/v1/conversations/{receipt.conversation_id}/handoff", json={"reason": "asked"},
        headers={"Idempotency-Key": uuid4().hex},
    )  # fmt: skip
    take = f"/api/v1/handoffs/{receipt.conversation_id}/take"
    out = await (await office.browser("agent")).post(take)
    assert (out.status_code, out.json()["type"]) == (409, "/problems/signed-out")
    path = f"/duty-states/{agent.id}"
    bare = await office.asks("lead", "POST", path, {"state": "free"})
    assert bare.json()["type"] == "/problems/duty-reason-missing"
    forced = await office.done("lead", "POST", path, {"state": "free", "reason": "客户排队"})
    assert (forced["state"], forced["reason"]) == ("free", "客户排队")
    assert await free() == (True, True)
    assert (await (await office.browser("agent")).post(take)).status_code == 200
    own = await office.asks(
        "lead", "POST", f"/duty-states/{(await office.user('lead')).id}", {"state": "free", "reason": "x"}
    )
    assert own.json()["type"] == "/problems/leaders-plan-shifts"
    foreign = await office.asks("branch", "POST", path, {"state": "out", "reason": "x"})
    assert (foreign.status_code, foreign.json()["type"]) == (404, "/problems/shift-unknown")
    assert (await office.asks("agent", "POST", path, {"state": "out", "reason": "x"})).status_code == 403
    events = (await office.reads("agent", f"{path}/events")).json()["items"]
    assert {(each["state"], each["reason"], each["forced"], each["by_name"]) for each in events} == {
        ("busy", "会议", False, "王受理"), ("out", None, False, "王受理"), ("free", "客户排队", True, "李班长"),
    }  # fmt: skip
    assert (await office.reads("lead", f"{path}/events")).status_code == 200
    assert (await office.reads("outlet", f"{path}/events")).status_code == 404
    assert (await office.reads("branch", f"{path}/events")).status_code == 404
    async with world.database.reading() as session:
        assert len((await session.scalars(select(DutyEvent))).all()) == 3


async def handed_to(office: Office) -> dict[str, Any]:
    """By li to sun, of a unit with zhou in it as well."""
    home = await office.unit("0004")
    for login, number in (("li", "8501"), ("sun", "8502"), ("zhou", "8503")):
        await hired(office.world, login, staff_no=number, roles=["handler"], organisation_id=home.id)
    body = {"to_id": str((await office.user("sun")).id)}
    return await office.done("li", "POST", "/handovers", body)


@pytest.mark.parametrize("why", ["left", "moved"])
async def test_a_handover_to_somebody_who_is_no_longer_there_is_taken_by_a_colleague(office: Office, why: str) -> None:
    given = await handed_to(office)
    path, elsewhere = f"/handovers/{given['id']}/taking", await office.unit("1001")
    refused = await office.asks("zhou", "POST", path, {"decision": "take"}, read=1)
    assert refused.json()["type"] == "/problems/not-the-next-shift"
    changed = {"active": False} if why == "left" else {"organisation_id": elsewhere.id}
    async with office.world.database.transaction() as session:
        await session.execute(update(User).where(User.login == "sun").values(changed))
    taken = await office.done("zhou", "POST", path, {"decision": "take"}, read=1)
    assert taken["state"] == "taken"
    assert (await office.asks("li", "POST", "/handovers", {})).status_code == 201


async def test_a_leader_takes_what_was_meant_for_another(office: Office) -> None:
    given = await handed_to(office)
    taken = await office.done("lead", "POST", f"/handovers/{given['id']}/taking", {"decision": "take"}, read=1)
    assert taken["state"] == "taken"


async def test_whoever_gave_a_handover_takes_it_back_and_nobody_else_does(office: Office) -> None:
    given = await handed_to(office)
    path = f"/handovers/{given['id']}/taking"
    for login in ("sun", "lead"):
        refused = await office.asks(login, "POST", path, {"decision": "withdraw"}, read=1)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-your-handover")
    browser = await office.browser("li")
    assert "撤回这份交接" in (await browser.get("/shifts")).text
    sent = await browser.post(f"/handovers/{given['id']}", data={"decision": "withdraw", "version": "1"})
    assert sent.status_code == 303
    page = (await browser.get("/shifts")).text
    assert ("已撤回" in page, "撤回这份交接" in page) == (True, False)
    late = await office.asks("sun", "POST", path, {"decision": "take"}, read=2)
    assert late.json()["type"] == "/problems/handover-taken"
    assert (await office.asks("li", "POST", "/handovers", {})).status_code == 201


async def test_who_left_is_on_duty_no_more(office: Office) -> None:
    agent = await office.user("agent")
    made = await office.done(
        "lead", "POST", "/shifts", {"user_id": str(agent.id), "name": "夜班"} | times(office, 1, 9)
    )
    async with office.world.database.transaction() as session:
        await jobs.on_left(session, {"user_id": str(agent.id)}, office.world.time)
    [shift] = (await office.reads("lead", "/shifts")).json()["items"]
    assert (shift["id"], shift["cancel_reason"]) == (made["id"], "人员离岗")
    period = {"from": datetime(2026, 1, 1, tzinfo=UTC).isoformat(), "to": datetime(2027, 1, 1, tzinfo=UTC).isoformat()}
    browser = await office.browser("lead")
    assert (await browser.get("/api/v1/shifts", params=period)).status_code == 400


def test_every_kind_of_open_work_has_a_name_in_a_handover() -> None:
    kinds = set(get_args(WorkItem.model_fields["kind"].annotation))
    assert kinds | {service.UNASSIGNED} == set(rules.KIND_NAMES)
