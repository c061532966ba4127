"""A decision counts as told when it has reached the customer: until then the clock of law runs on."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.cases.model import Case
from casebackend.clocks.model import Timer
from casebackend.clocks.queries import timers_of
from casebackend.conversations.rules import DELIVERY_LEASE_SECONDS, Channel
from casebackend.notices.model import Notice
from casebackend.revisits.model import Revisit
from tests.casebackend.cases.around import holds, refused, ticked
from tests.casebackend.cases.builders import Desk, case_of, filed
from tests.casebackend.conversations.desk import Desk as Line
from tests.world import World

CLOSED = "45015"


async def carried(world: World, outcome: str, *, channel: Channel = Channel.WECHAT, said: str = "答复") -> None:
    """The gateway carries everything that waits; what holds `said` ends like this, everything else arrives."""
    line, worker = Line(world, channel), "d1"
    while waiting := await line.deliveries(worker):
        for each in waiting:
            ends = outcome if any(said in message.text for message in each.messages) else "sent"
            error = CLOSED if ends == "held" else None
            done = await line.post(f"/deliveries/{each.id}/done", worker=worker, outcome=ends, error=error)
            assert done.status_code == 204, done.text
            if ends != "sent":
                return


async def legal(world: World, case_id: UUID) -> Timer:
    async with world.database.reading() as session:
        [timer] = [each for each in await timers_of(session, case_id) if each.kind == "l1"]
        return timer


async def demands(world: World, case_id: UUID) -> list[Notice]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(Notice).where(Notice.case_id == case_id, Notice.kind == "case.told")))


async def surveys(world: World, case_id: UUID) -> list[Revisit]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(Revisit).where(Revisit.case_id == case_id)))


async def lost(world: World, outcome: str = "held", *, channel: Channel = Channel.WECHAT) -> tuple[Desk, Case]:
    """Answered over our own channel, which could not deliver it."""
    desk = Desk(world)
    receipt = await filed(world, channel=channel)
    await desk.replied(receipt.case_id)
    await carried(world, outcome, channel=channel, said="系统重复扣收")
    await ticked(world)
    return desk, await case_of(world, receipt.case_id)


async def tells(desk: Desk, case: Case, login: str = "agent", **other: Any) -> Any:
    browser = await desk.browser(login)
    path = f"/api/v1/cases/{case.number}"
    read = other.pop("read", None) or (await browser.get(path)).headers.get("ETag", "*")
    body = {"told_by": "phone", "told_at": desk.world.time.isoformat(), "told_proof": "通话录音 0301"} | other
    return await browser.post(f"{path}/telling", json=body, headers={"If-Match": read})


async def test_what_wechat_holds_back_is_not_told_and_the_clock_of_law_runs_on(world: World) -> None:
    before = world.time
    desk, case = await lost(world)
    assert (case.status, case.told_by, case.told_at, case.replied_at) == ("replied", "channel", None, None)
    timer = await legal(world, case.id)
    assert (timer.stopped_at, timer.stop_reason, timer.seq) == (None, None, 1)
    assert timer.due_at > before + timedelta(days=14)
    [demand] = await demands(world, case.id)
    assert demand.user_id == case.handler_id
    assert (await desk.reads("agent", f"/cases/{case.number}")).json()["undelivered"]
    for query in ("queue=todo", "undelivered=1"):
        rows = (await desk.reads("agent", f"/cases/?{query}")).json()["items"]
        assert [(row["number"], row["undelivered"]) for row in rows] == [(case.number, True)]
    entries = (await desk.reads("agent", f"/cases/{case.number}/timeline")).json()["entries"]
    assert entries[-1]["label"] == "处理结果未送达客户"
    await holds(world)


@pytest.mark.parametrize("outcome", ["failed", "maybe_sent"])
async def test_what_failed_or_has_no_proof_of_arrival_is_not_told_either(world: World, outcome: str) -> None:
    _, case = await lost(world, outcome)
    assert (case.told_at, (await legal(world, case.id)).stopped_at) == (None, None)
    assert len(await demands(world, case.id)) == 1
    await holds(world)


async def test_a_carrier_that_vanished_leaves_it_untold_until_he_says_that_it_was_sent(world: World) -> None:
    desk, line = Desk(world), Line(world)
    receipt = await filed(world, channel=Channel.WECHAT)
    await desk.replied(receipt.case_id)
    [delivery] = [each for each in await line.deliveries("dies") if "系统重复扣收" in each.messages[-1].text]
    world.wait(seconds=DELIVERY_LEASE_SECONDS)
    assert await line.deliveries("d2") == []
    await ticked(world)
    assert (await case_of(world, receipt.case_id)).told_at is None
    world.wait(minutes=1)
    assert (await line.delivered(delivery.id, "sent", worker="dies")).status_code == 204
    await ticked(world)
    assert (await case_of(world, receipt.case_id)).told_at == world.time
    await holds(world)


async def test_when_the_customer_writes_again_it_arrives_and_counts_from_then(world: World) -> None:
    _, case = await lost(world)
    world.wait(days=3)
    for _ in range(2):
        await ticked(world)
    [planned] = await surveys(world, case.id)
    assert (planned.state, (await case_of(world, case.id)).status) == ("planned", "replied")
    await world.says("我回来了", channel=Channel.WECHAT)
    await carried(world, "sent")
    arrived = world.time
    await ticked(world)
    now = await case_of(world, case.id)
    assert (now.told_by, now.told_at, now.replied_at) == ("channel", arrived, arrived)
    assert now.told_proof == case.told_proof
    assert (await legal(world, case.id)).stopped_at == arrived
    assert [each.due_at for each in await surveys(world, case.id)] == [arrived + timedelta(seconds=60)]
    assert len(await demands(world, case.id)) == 1
    await holds(world)
    world.wait(minutes=11)
    await ticked(world)
    assert (await case_of(world, case.id)).status == "follow_up"
    await holds(world)


async def test_when_the_gateway_was_away_it_counts_from_when_it_went_out(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world, channel=Channel.WECHAT)
    await desk.replied(receipt.case_id)
    world.wait(hours=5)
    await carried(world, "sent")
    await ticked(world)
    case = await case_of(world, receipt.case_id)
    assert (case.told_at, case.replied_at) == (world.time, world.time)
    assert (await legal(world, case.id)).stopped_at == world.time
    assert await demands(world, case.id) == []
    await holds(world)


async def test_held_twice_the_handler_hears_of_it_once(world: World) -> None:
    _, case = await lost(world)
    await world.says("在吗", channel=Channel.WECHAT)
    await carried(world, "held", said="系统重复扣收")
    await ticked(world)
    assert (await case_of(world, case.id)).told_at is None
    assert len(await demands(world, case.id)) == 1
    await holds(world)


async def test_told_by_telephone_it_is_proved_and_a_later_delivery_changes_nothing(world: World) -> None:
    desk, case = await lost(world)
    world.wait(hours=2)
    called = world.time
    world.wait(minutes=30)
    desk.browsers.clear()
    told = await tells(desk, case, told_at=called.isoformat(), told_proof="录音 0301，客户手机13900139000")
    assert told.status_code == 200, told.text
    assert (told.json()["undelivered"], told.json()["may_tell"]) == (False, False)
    now = await case_of(world, case.id)
    assert (now.told_by, now.told_at, now.replied_at) == ("phone", called, called)
    assert "13900139000" not in str(now.told_proof)
    assert (await legal(world, case.id)).stopped_at == called
    await ticked(world)
    assert [each.due_at for each in await surveys(world, case.id)] == [called + timedelta(seconds=60)]
    assert refused(await tells(desk, case)) == (409, "decision-told")
    await world.says("我回来了", channel=Channel.WECHAT)
    await carried(world, "sent")
    await ticked(world)
    assert (await case_of(world, case.id)).told_at == called
    await holds(world)


async def test_who_may_record_it_and_what_it_takes(world: World) -> None:
    desk, case = await lost(world)
    assert (await tells(desk, case, "auditor")).status_code == 403
    assert refused(await tells(desk, case, told_at=(world.time - timedelta(days=1)).isoformat())) == (
        422, "impossible-time",
    )  # fmt: skip
    later = (world.time + timedelta(minutes=2)).isoformat()
    assert refused(await tells(desk, case, told_at=later)) == (422, "impossible-time")
    assert (await tells(desk, case, told_by="channel")).status_code == 422
    assert (await tells(desk, case, read='"1"')).status_code == 412
    world.wait(days=20)
    desk.browsers.clear()
    await ticked(world)
    assert (await legal(world, case.id)).fired_at is not None
    assert (await tells(desk, case)).json()["fields"] == ["overdue_reason"]
    assert (await tells(desk, case, overdue_reason="微信超过48小时未能送达，客户电话无人接听")).status_code == 200
    await holds(world)


async def test_a_refusal_to_handle_that_never_arrived_waits_for_whoever_tells_it(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world, channel=Channel.WECHAT)
    await desk.sure("lead", receipt.number, "decline", decline_reason="not_our_institution", opinion="他行产品")
    await carried(world, "held", said="不予办理")
    await ticked(world)
    case = await case_of(world, receipt.case_id)
    assert (case.status, case.told_at) == ("declined", None)
    assert (await desk.reads("lead", f"/cases/{case.number}")).json()["may_tell"]
    assert (await tells(desk, case, "lead", told_by="sms", told_proof="短信回执 17")).status_code == 200
    now = await case_of(world, case.id)
    assert (now.told_by, now.told_at, now.replied_at) == ("sms", world.time, None)
    await holds(world)
