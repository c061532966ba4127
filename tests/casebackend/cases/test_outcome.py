"""The decision is told and the telling proved; a complaint is taken back by the customer alone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from casebackend.check import check
from casebackend.clocks.queries import timers_of
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Channel
from casebackend.timeline.queries import of_case
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, case_of, filed, told, unit
from tests.world import World

BRANCH_REPLY = REPLY | {"reply_remedies": "可在30日内向上级机构申请核查，也可以申请调解、仲裁或者提起诉讼。"}


def slug(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rsplit("/", 1)[-1]


async def test_where_we_carry_no_messages_telling_has_a_way_a_time_and_a_proof(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world, channel=Channel.COUNTER)
    await desk.reply_pending(receipt.case_id)
    for part in ("told_by", "told_at", "told_proof"):
        refused = await desk.does("agent", receipt.case_id, "reply", **REPLY, **told(world, **{part: None}))
        assert (slug(refused), refused.json()["fields"]) == ((422, "fields-missing"), [part])
    world.wait(hours=5)
    desk = Desk(world)
    decided = (await case_of(world, receipt.case_id)).status_changed_at
    for moment in (world.time + timedelta(minutes=2), decided - timedelta(minutes=2)):
        refused = await desk.does("agent", receipt.case_id, "reply", **REPLY, **told(world, told_at=moment.isoformat()))
        assert slug(refused) == (422, "impossible-time")
    refused = await desk.does("agent", receipt.case_id, "reply", **REPLY, **told(world, told_by="channel"))
    assert slug(refused) == (422, "not-told-by-us")
    at = world.time - timedelta(hours=2)
    spoken = told(world, told_at=at.isoformat(), told_proof="电话13911112222")
    answer = await desk.sure("agent", receipt.case_id, "reply", **REPLY, **spoken)
    assert (answer["told_by"], "13911112222" in answer["told_proof"]) == ("phone", False)
    case = await case_of(world, receipt.case_id)
    assert case.replied_at == case.told_at == at
    async with world.database.reading() as session:
        assert {timer.stopped_at for timer in await timers_of(session, case.id) if timer.kind == "l1"} == {at}
        assert await check(session, now=world.time) == []


async def test_a_decision_told_in_time_and_recorded_late_is_not_late(world: World) -> None:
    receipt = await filed(world, channel=Channel.LETTER)
    await Desk(world).reply_pending(receipt.case_id)
    world.wait(days=14)
    in_time = told(world, told_by="letter", told_proof="挂号信回执")
    world.wait(days=3)
    desk = Desk(world)
    assert (await desk.does("agent", receipt.case_id, "reply", **REPLY, **told(world))).json()["fields"] == [
        "overdue_reason"
    ]
    await desk.sure("agent", receipt.case_id, "reply", **REPLY, **in_time)


async def test_where_we_carry_messages_the_message_is_the_proof(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).replied(receipt.case_id)
    case = await case_of(world, receipt.case_id)
    async with world.database.reading() as session:
        message = await session.scalar(
            select(Message).where(Message.conversation_id == case.conversation_id).order_by(Message.seq.desc()).limit(1)
        )
        assert message is not None
        proof = f"message:{message.id}"
    assert (case.told_by, case.told_at, case.told_proof) == ("channel", world.time, proof)


async def test_only_a_branchs_decision_offers_a_review_by_the_bank(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.reply_pending(receipt.case_id)
    assert slug(await desk.does("agent", receipt.case_id, "reply", **BRANCH_REPLY)) == (422, "no-review-above")
    bare = REPLY | {"reply_remedies": "可以提起诉讼"}
    assert slug(await desk.does("agent", receipt.case_id, "reply", **bare)) == (422, "remedies-incomplete")
    local = await filed(world, sender="somebody-else")
    await desk.sure("lead", local.case_id, "accept")
    await desk.sure("agent", local.case_id, "dispatch", handling_unit_id=await unit(world, "北京朝阳支行"))
    await desk.sure("outlet", local.case_id, "receive")
    await desk.sure("outlet", local.case_id, "propose", **PROPOSAL)
    await desk.sure("branch", local.case_id, "sign", opinion="同意")
    await desk.sure("auditor", local.case_id, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", local.case_id, "approve_reply", opinion="同意")
    assert slug(await desk.does("agent", local.case_id, "reply", **REPLY)) == (422, "remedies-incomplete")
    await desk.sure("outlet", local.case_id, "reply", **BRANCH_REPLY)


async def test_staff_withdraw_only_on_the_customers_verified_request(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    asked = world.time + timedelta(hours=1)
    world.wait(days=1)
    desk = Desk(world)
    refused = await desk.does("agent", receipt.case_id, "withdraw")
    assert refused.json()["fields"] == ["requested_at", "identity_check"]
    check_of_identity = "回拨预留手机13800138000核对"
    for moment in (world.time + timedelta(minutes=2), world.time - timedelta(days=3)):
        refused = await desk.does(
            "agent", receipt.case_id, "withdraw", requested_at=moment.isoformat(), identity_check=check_of_identity
        )
        assert slug(refused) == (422, "impossible-time")
    await desk.sure(
        "agent", receipt.case_id, "withdraw", requested_at=asked.isoformat(), identity_check=check_of_identity
    )
    case = await case_of(world, receipt.case_id)
    assert (case.status, case.closed_at, case.status_changed_at) == ("withdrawn", asked, asked)
    async with world.database.reading() as session:
        stopped = [timer for timer in await timers_of(session, case.id) if timer.kind == "l1"]
        assert [timer.stopped_at for timer in stopped] == [asked]
        last = (await of_case(session, case.id))[-1]
        assert "身份核实" in str(last.opinion)
        assert "13800138000" not in str(last.opinion)
        assert await check(session, now=world.time) == []


@pytest.mark.parametrize("who", ["lead", "supervisor", "branch"])
async def test_nobody_else_withdraws_for_the_customer(world: World, who: str) -> None:
    receipt = await filed(world)
    refused = await Desk(world).does(
        who, receipt.case_id, "withdraw", requested_at=world.time.isoformat(), identity_check="x"
    )
    assert slug(refused) == (403, "move-forbidden")
