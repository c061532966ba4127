"""To WeChat at most once; to our own web chat at least once."""

import asyncio
from uuid import uuid4

import pytest

from casebackend.conversations.rules import DELIVERY_LEASE_SECONDS, Channel, DeliveryState
from tests.casebackend.conversations.desk import Desk
from tests.world import World


async def said(desk: Desk, *texts: str, opening: str = "你好", **more: object) -> None:
    await desk.hears(opening)
    await desk.answered(await desk.claimed(), *texts, **more)


async def test_what_was_said_is_carried_together_and_in_order(world: World) -> None:
    desk = Desk(world, Channel.WEBCHAT)
    await said(desk, "第一句", "第二句")
    [delivery] = await desk.deliveries()
    assert [message.text for message in delivery.messages] == ["第一句", "第二句"]
    assert delivery.receiver == "o1"
    assert (await desk.delivered(delivery.id)).status_code == 204
    assert await desk.deliveries() == []


async def test_the_next_delivery_waits_for_the_one_before(world: World) -> None:
    desk = Desk(world, Channel.WEBCHAT)
    await said(desk, "一", opening="a")
    await said(desk, "二", opening="b")
    [first] = await desk.deliveries()
    assert first.messages[0].text == "一"
    assert await desk.deliveries("d2") == []
    await desk.delivered(first.id)
    [second] = await desk.deliveries("d2")
    assert second.messages[0].text == "二"


async def test_a_wechat_delivery_whose_carrier_vanished_is_never_sent_again_by_itself(world: World) -> None:
    desk = Desk(world)
    await said(desk, "您的编号")
    [delivery] = await desk.deliveries("dies")
    world.wait(seconds=DELIVERY_LEASE_SECONDS)
    assert await desk.deliveries("d2") == []
    assert await desk.deliveries("d2") == []
    await said(desk, "再说一句", opening="还在吗")
    [following] = await desk.deliveries("d2")
    assert following.messages[0].text == "再说一句"
    assert (await desk.delivered(delivery.id, "sent", worker="dies")).status_code == 204


async def test_a_webchat_delivery_whose_carrier_vanished_is_carried_again(world: World) -> None:
    desk = Desk(world, Channel.WEBCHAT)
    await said(desk, "您的编号")
    [delivery] = await desk.deliveries("dies")
    world.wait(seconds=DELIVERY_LEASE_SECONDS)
    [again] = await desk.deliveries("d2")
    assert again.id == delivery.id
    lost = await desk.delivered(delivery.id, worker="dies")
    assert (lost.status_code, lost.json()["type"]) == (409, "/problems/claim-lost")


async def test_a_passive_answer_is_in_the_hands_of_its_caller_from_the_start(world: World) -> None:
    desk = Desk(world)
    await desk.hears("你好")
    delivery = await desk.answered(await desk.claimed("runner"), "您好", worker="runner", passive=True)
    assert delivery.state == DeliveryState.CLAIMED
    assert await desk.deliveries() == []
    assert (await desk.delivered(delivery.id, worker="runner")).status_code == 204


@pytest.mark.parametrize("outcome", ["sent", "failed", "held", "maybe_sent"])
async def test_an_outcome_may_be_reported_twice_but_not_changed(world: World, outcome: str) -> None:
    desk = Desk(world)
    await said(desk, "您好")
    [delivery] = await desk.deliveries()
    assert (await desk.delivered(delivery.id, outcome)).status_code == 204
    assert (await desk.delivered(delivery.id, outcome)).status_code == 204
    other = "failed" if outcome == "sent" else "sent"
    changed = await desk.delivered(delivery.id, other)
    assert changed.status_code == (204 if outcome == "maybe_sent" else 409)


async def test_only_its_carrier_may_report_on_a_delivery(world: World) -> None:
    desk = Desk(world)
    await said(desk, "您好")
    [delivery] = await desk.deliveries()
    assert (await desk.delivered(delivery.id, worker="other")).status_code == 409
    missing = await desk.delivered(uuid4())
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/delivery-not-found")


async def test_a_carrier_gets_its_own_channels_only(world: World) -> None:
    await said(Desk(world, Channel.WEBCHAT), "您好")
    assert await Desk(world).deliveries() == []


async def test_many_carriers_at_once_send_each_message_once(world: World) -> None:
    desk = Desk(world)
    for number in range(12):
        await desk.hears("你好", sender=f"s{number}")
        await desk.answered(await desk.claimed(), f"答{number}")
    claims = await asyncio.gather(*(desk.deliveries(f"d{number}") for number in range(6)))
    carried = [delivery.id for claim in claims for delivery in claim]
    assert len(carried) == len(set(carried)) == 12


async def test_a_waiting_carrier_is_woken(world: World) -> None:
    desk = Desk(world, Channel.WEBCHAT)
    poll = asyncio.create_task(desk.deliveries(wait=20))
    await asyncio.sleep(0.1)
    await said(desk, "您好")
    assert len(await asyncio.wait_for(poll, timeout=15)) == 1


async def test_what_the_platform_held_back_goes_out_first_when_the_customer_is_back(world: World) -> None:
    desk = Desk(world)
    await said(desk, "已有答复", opening="a")
    [held] = await desk.deliveries()
    await desk.delivered(held.id, "held")
    await desk.hears("别人来了", sender="o2")
    await desk.hears("a", external_id="o1:a")
    assert await desk.deliveries("d2") == []
    await desk.hears("我回来了")
    [again] = await desk.deliveries("d2")
    assert (again.id, again.messages[-1].text) == (held.id, "已有答复")
    assert (await desk.delivered(again.id, worker="d2")).status_code == 204
    assert (await desk.delivered(again.id, "held")).status_code == 409


async def test_a_passive_answer_whose_caller_has_gone_may_be_sent_by_anybody_and_is_passive_no_more(
    world: World,
) -> None:
    desk = Desk(world)
    await desk.hears("你好")
    given = await desk.answered(await desk.claimed("runner"), "您好", worker="runner", passive=True)
    assert given.passive
    assert (await desk.delivered(given.id, "handed_back", worker="other")).status_code == 409
    assert (await desk.delivered(given.id, "handed_back", worker="runner")).status_code == 204
    [active] = await desk.deliveries()
    assert (active.id, active.passive) == (given.id, False)
    assert (await desk.hears("你好")).replies == []
