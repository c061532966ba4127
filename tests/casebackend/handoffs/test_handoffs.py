from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from casebackend.api.conversations import InboundReceipt
from casebackend.audit.model import AuditEntry
from casebackend.conversations.model import Conversation, Delivery, Message, Turn
from casebackend.conversations.rules import Channel
from tests.casebackend.staff.logins import staff
from tests.world import World


async def asks_for_a_person(world: World, *, sender: str = "customer-1") -> tuple[InboundReceipt, httpx.Response]:
    receipt = await world.says("人工", sender=sender)
    path = f"/api/v1/conversations/{receipt.conversation_id}/handoff"
    body = {"message_id": str(receipt.message_id), "reason": "asked"}
    return receipt, await world.actions.post(path, json=body, headers={"Idempotency-Key": uuid4().hex})


async def words_of(world: World, conversation_id: UUID) -> list[tuple[str, str]]:
    async with world.database.reading() as session:
        rows = await session.execute(
            select(Message.author, Message.text).where(Message.conversation_id == conversation_id).order_by(Message.seq)
        )
        return [(author, text) for author, text in rows]


async def owner(world: World, conversation_id: UUID) -> str:
    async with world.database.reading() as session:
        return (await session.get_one(Conversation, conversation_id)).owner


async def take(client: httpx.AsyncClient, conversation_id: UUID) -> httpx.Response:
    return await client.post(f"/api/v1/handoffs/{conversation_id}/take")


async def test_with_nobody_on_duty_the_customer_is_told_when(world: World) -> None:
    """Monday 10:00; half a business hour later."""
    _, response = await asks_for_a_person(world)
    view = response.json()
    assert (view["queue_position"], view["on_duty"]) == (1, False)
    assert "3月2日 10:30前" in view["promise"]


async def test_at_night_the_promise_is_the_next_morning(world: World) -> None:
    world.wait(hours=12)
    _, response = await asks_for_a_person(world)
    assert "3月3日 09:30前" in response.json()["promise"]


async def test_with_an_agent_logged_in_somebody_is_on_duty(world: World) -> None:
    async with await staff(world, "agent"):
        _, response = await asks_for_a_person(world)
        assert response.json()["on_duty"] is True
        assert "请稍候" in response.json()["promise"]


@pytest.mark.parametrize("login", ["curator", "admin", "supervisor"])
async def test_others_who_are_logged_in_do_not_count(world: World, login: str) -> None:
    async with await staff(world, login):
        _, response = await asks_for_a_person(world)
        assert response.json()["on_duty"] is False


async def test_an_agent_who_is_busy_or_went_home_does_not_count(world: World) -> None:
    async with await staff(world, "agent") as client:
        await client.post("/duty", data={"state": "busy", "reason": "会议"})
        assert (await asks_for_a_person(world, sender="a"))[1].json()["on_duty"] is False
        await client.post("/duty", data={"state": "free"})
        assert (await asks_for_a_person(world, sender="b"))[1].json()["on_duty"] is True
        world.wait(minutes=31)
        assert (await asks_for_a_person(world, sender="c"))[1].json()["on_duty"] is False


async def test_who_comes_second_stands_second(world: World) -> None:
    await asks_for_a_person(world, sender="a")
    world.wait(seconds=1)
    async with await staff(world, "agent"):
        _, response = await asks_for_a_person(world, sender="b")
        assert (response.json()["queue_position"], "前面还有1位" in response.json()["promise"]) == (2, True)
        world.wait(seconds=1)
        _, again = await asks_for_a_person(world, sender="a")
        assert again.json()["queue_position"] == 1


async def test_how_long_it_takes_is_estimated_from_those_who_were_taken_lately_and_else_not_told(world: World) -> None:
    async with await staff(world, "agent") as agent:
        for number, minutes in enumerate((2, 4, 9)):
            receipt, asked = await asks_for_a_person(world, sender=f"c{number}")
            assert "分钟" not in asked.json()["promise"]
            assert asked.json()["wait"] == ""
            world.wait(minutes=minutes)
            await take(agent, receipt.conversation_id)
        _, asked = await asks_for_a_person(world, sender="d")
        assert "估计约4分钟" in asked.json()["promise"]
        assert asked.json()["wait"] == "，按近来的接入情况估计约4分钟"
    world.wait(days=8)
    async with await staff(world, "agent"):
        _, later = await asks_for_a_person(world, sender="e")
        assert (later.json()["on_duty"], later.json()["wait"]) == (True, "")


async def test_who_waited_through_the_night_does_not_lengthen_the_estimate(world: World) -> None:
    for number in range(3):
        await asks_for_a_person(world, sender=f"c{number}")
    world.wait(minutes=20)
    async with await staff(world, "agent") as agent:
        async with world.database.reading() as session:
            waiting = list(await session.scalars(select(Conversation.id)))
        for each in waiting:
            await take(agent, each)
        _, asked = await asks_for_a_person(world, sender="d")
        assert (asked.json()["on_duty"], asked.json()["wait"]) == (True, "")


async def test_the_bot_says_goodbye_to_the_customer_and_a_colleague_who_takes_over_does_not_repeat_it(
    world: World,
) -> None:
    receipt, _ = await asks_for_a_person(world)
    async with await staff(world, "agent") as agent, await staff(world, "lead") as lead:
        await take(agent, receipt.conversation_id)
        assert "智能助手先陪您到这里" in (await words_of(world, receipt.conversation_id))[-1][1]
        await take(lead, receipt.conversation_id)
        assert "智能助手" not in (await words_of(world, receipt.conversation_id))[-1][1]


async def test_the_customer_hears_the_name_and_number_of_who_joins(world: World) -> None:
    receipt, _ = await asks_for_a_person(world)
    async with await staff(world, "agent") as client:
        assert (await take(client, receipt.conversation_id)).json()["owner"] == "person"
    author, text = (await words_of(world, receipt.conversation_id))[-1]
    assert author == "system"
    assert "王受理" in text
    assert "8001" in text


async def test_while_a_person_is_in_charge_the_bot_cannot_talk(world: World) -> None:
    """Neither with the turn it had claimed, nor with a new one."""
    receipt, _ = await asks_for_a_person(world)
    claim = await world.channels.post("/api/v1/turns/claim", json={"worker": "w"})
    turn = claim.json()
    async with await staff(world, "agent") as client:
        await take(client, receipt.conversation_id)
        done = {"worker": "w", "epoch": turn["epoch"], "engine": "rasa", "replies": [{"text": "我是机器人"}]}
        late = await world.channels.post(f"/api/v1/turns/{turn['id']}/done", json=done)
        assert late.status_code == 409
        await world.says("还在吗")
        assert (await world.channels.post("/api/v1/turns/claim", json={"worker": "w"})).status_code == 204
    assert "我是机器人" not in [text for _, text in await words_of(world, receipt.conversation_id)]


async def test_after_the_return_the_bot_answers_again_and_both_sides_are_told(world: World) -> None:
    receipt, _ = await asks_for_a_person(world)
    async with await staff(world, "agent") as client:
        await take(client, receipt.conversation_id)
        response = await client.post(f"/api/v1/handoffs/{receipt.conversation_id}/return")
        assert response.json()["owner"] == "bot"
    assert "智能助手" in (await words_of(world, receipt.conversation_id))[-1][1]
    await world.says("谢谢，我还想投诉")
    assert (await world.channels.post("/api/v1/turns/claim", json={"worker": "w"})).status_code == 200


async def test_a_second_agent_cannot_take_what_a_colleague_has_but_a_team_lead_can(world: World) -> None:
    receipt, _ = await asks_for_a_person(world)
    async with await staff(world, "lead") as lead, await staff(world, "agent") as agent:
        await take(lead, receipt.conversation_id)
        refused = await take(agent, receipt.conversation_id)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/in-other-hands")
        await lead.post(f"/api/v1/handoffs/{receipt.conversation_id}/return")
        await take(agent, receipt.conversation_id)
        assert (await take(lead, receipt.conversation_id)).status_code == 200
        assert (await agent.post(f"/api/v1/handoffs/{receipt.conversation_id}/return")).status_code == 409


async def test_taking_twice_joins_once(world: World) -> None:
    receipt, _ = await asks_for_a_person(world)
    async with await staff(world, "agent") as client:
        await take(client, receipt.conversation_id)
        before = await words_of(world, receipt.conversation_id)
        assert (await take(client, receipt.conversation_id)).status_code == 200
        assert await words_of(world, receipt.conversation_id) == before


async def test_both_acts_are_in_the_audit(world: World) -> None:
    receipt, _ = await asks_for_a_person(world)
    async with await staff(world, "agent") as client:
        await take(client, receipt.conversation_id)
        await client.post(f"/api/v1/handoffs/{receipt.conversation_id}/return")
    async with world.database.reading() as session:
        chain = f"conversation:{receipt.conversation_id}"
        events = await session.scalars(
            select(AuditEntry.event).where(AuditEntry.chain == chain).order_by(AuditEntry.seq)
        )
        assert list(events) == ["conversation.taken", "conversation.returned"]


async def test_the_same_key_hands_over_once(world: World) -> None:
    receipt = await world.says("人工")
    path, key = f"/api/v1/conversations/{receipt.conversation_id}/handoff", {"Idempotency-Key": "turn:handoff:1"}
    first = await world.actions.post(path, json={}, headers=key)
    again = await world.actions.post(path, json={}, headers=key)
    assert (first.json(), again.headers["idempotent-replayed"]) == (again.json(), "true")


class TestSpeaking:
    async def speak(self, client: httpx.AsyncClient, receipt: InboundReceipt, text: str, **form: str) -> httpx.Response:
        path = f"/console/conversations/{receipt.conversation_id}/say"
        return await client.post(path, data={"text": text} | form, headers={"HX-Request": "true"})

    async def test_what_an_agent_says_goes_to_the_customer_over_his_channel(self, world: World) -> None:
        receipt, _ = await asks_for_a_person(world)
        async with await staff(world, "agent") as client:
            await take(client, receipt.conversation_id)
            assert (await self.speak(client, receipt, "您好，我来处理")).status_code == 200
        async with world.database.reading() as session:
            last = (await session.scalars(select(Delivery).order_by(Delivery.seq.desc()))).first()
            assert last is not None
            assert (last.channel, last.receiver, last.state) == ("webchat", "customer-1", "pending")
        assert (await words_of(world, receipt.conversation_id))[-1] == ("agent", "您好，我来处理")

    async def test_nobody_speaks_before_taking_over(self, world: World) -> None:
        receipt, _ = await asks_for_a_person(world)
        async with await staff(world, "agent") as client:
            response = await self.speak(client, receipt, "您好")
            assert response.status_code == 409
            assert "请先接管" in response.text

    async def test_a_draft_is_held_back_when_the_customer_spoke_meanwhile(self, world: World) -> None:
        receipt, _ = await asks_for_a_person(world)
        async with await staff(world, "agent") as client:
            await take(client, receipt.conversation_id)
            newer = await world.says("等等，其实是储蓄卡")
            response = await self.speak(client, receipt, "信用卡年费如下", seen=str(receipt.seq))
            assert (response.status_code, "客户又发来了新消息" in response.text) == (409, True)
            assert (await self.speak(client, receipt, "储蓄卡年费如下", seen=str(newer.seq))).status_code == 200

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "请先填写"),
            ("好" * 2001, "分条"),
            ("您的手机是13912345678吗", "手机"),
            ("身份证11010519491231002X", "证件"),
        ],
    )
    async def test_what_does_not_belong_in_a_chat_is_refused(self, world: World, text: str, why: str) -> None:
        receipt, _ = await asks_for_a_person(world)
        async with await staff(world, "agent") as client:
            await take(client, receipt.conversation_id)
            before = await words_of(world, receipt.conversation_id)
            response = await self.speak(client, receipt, text)
            assert response.status_code == 422
            assert why in response.text
            assert await words_of(world, receipt.conversation_id) == before

    async def test_what_the_customer_told_us_goes_out_masked(self, world: World) -> None:
        await world.says("我的手机是13800138000")
        receipt, _ = await asks_for_a_person(world)
        async with await staff(world, "agent") as client:
            await take(client, receipt.conversation_id)
            await self.speak(client, receipt, "我们会拨打13800138000")
            page = await client.get(f"/conversations/{receipt.conversation_id}")
        assert "13800138000" not in page.text
        assert "我们会拨打138****8000" in page.text


async def test_turns_left_open_are_for_the_person(world: World) -> None:
    receipt, _ = await asks_for_a_person(world)
    async with await staff(world, "agent") as client:
        await take(client, receipt.conversation_id)
    async with world.database.reading() as session:
        states = await session.scalars(select(Turn.state).where(Turn.conversation_id == receipt.conversation_id))
        assert set(states) == {"for_person"}


async def test_a_recorded_call_cannot_be_taken_over_because_no_word_would_arrive(world: World) -> None:
    receipt = await world.says("我要投诉", channel=Channel.IVR)
    async with await staff(world, "agent") as agent:
        response = await take(agent, receipt.conversation_id)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/no-way-back")
