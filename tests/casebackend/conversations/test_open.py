"""A conversation is opened once and resumed with its history."""

import asyncio
from uuid import uuid4

from casebackend.api.conversations import ConversationView
from casebackend.conversations.model import Conversation
from casebackend.conversations.rules import Channel
from casebackend.notifications.words import version
from tests.casebackend.conversations.desk import Desk
from tests.world import World


async def opened(world: World, sender: str = "browser-1") -> ConversationView:
    response = await Desk(world).post("/conversations", channel="webchat", sender=sender)
    response.raise_for_status()
    return ConversationView.model_validate_json(response.content)


async def test_the_greeting_comes_once_with_the_notice_on_record(world: World) -> None:
    first, again = await opened(world), await opened(world)
    assert first.id == again.id
    assert [message.seq for message in again.messages] == [1]
    assert "个人信息告知" in first.messages[0].text
    assert "人工服务时间是工作日 09:00–12:00、13:30–17:30" in first.messages[0].text
    assert first.messages[0].choices
    async with world.database.reading() as session:
        conversation = await session.get_one(Conversation, first.id)
        assert (conversation.notice_version, conversation.notice_at) == (version("greeting"), world.time)
    assert await Desk(world, Channel.WEBCHAT).deliveries() == []


async def test_opening_ten_times_at_once_is_one_conversation(world: World) -> None:
    views = await asyncio.gather(*(opened(world) for _ in range(10)))
    assert len({view.id for view in views}) == 1
    assert len((await opened(world)).messages) == 1


async def test_somebody_who_comes_back_to_an_open_draft_is_reminded_once(world: World) -> None:
    desk = Desk(world, Channel.WEBCHAT)
    view = await opened(world)
    receipt = await desk.hears("柜员态度恶劣，当众骂人", sender="browser-1")
    await world.act(f"/conversations/{view.id}/draft/absorb", receipt.message_id)
    assert len((await opened(world)).messages) == 2
    world.wait(hours=2)
    assert "没有提交的投诉" in (await opened(world)).messages[-1].text
    assert len((await opened(world)).messages) == 3


async def test_history_is_read_from_a_cursor(world: World) -> None:
    desk = Desk(world, Channel.WEBCHAT)
    view = await opened(world)
    await desk.hears("你好", sender="browser-1")
    assert [message.seq for message in (await desk.talk(view.id, after=1)).messages] == [2]


async def test_an_unknown_conversation_and_a_wrong_cursor_are_refused(world: World) -> None:
    missing = await world.channels.get(f"/api/v1/conversations/{uuid4()}")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/conversation-not-found")
    view = await opened(world)
    assert (await world.channels.get(f"/api/v1/conversations/{view.id}?after=-1")).status_code == 400


async def test_an_opening_hands_out_exactly_what_nobody_else_will_carry(world: World) -> None:
    desk = Desk(world)
    await desk.hears("柜员态度恶劣，当众骂人", sender="o1")
    turn = await desk.claimed()
    await world.act(f"/conversations/{turn.conversation_id}/draft/absorb", turn.message_id)
    await desk.answered(turn, "请说")
    world.wait(hours=2)
    response = await desk.post("/conversations", channel="wechat", sender="o1")
    view = ConversationView.model_validate_json(response.content)
    assert ["没有提交的投诉" in message.text for message in view.shown] == [True]
    response = await desk.post("/conversations", channel="wechat", sender="o1")
    assert response.json()["shown"] == []
    [delivery] = await desk.deliveries()
    assert delivery.messages[-1].text == "请说"


async def test_who_comes_in_again_gets_what_was_held_back(world: World) -> None:
    desk = Desk(world)
    await desk.hears("你好", sender="o1")
    await desk.answered(await desk.claimed(), "已有答复")
    [held] = await desk.deliveries()
    await desk.delivered(held.id, "held")
    await desk.post("/conversations", channel="wechat", sender="o1")
    assert [delivery.id for delivery in await desk.deliveries()] == [held.id]
