"""A person and the bot never speak at once."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from casebackend.api.conversations import Reply
from casebackend.conversations import service
from casebackend.conversations.rules import Author, Owner, TurnState
from tests.casebackend.conversations.desk import Desk
from tests.world import World


@dataclass
class Agent:
    display_name: str = "周敏"
    id: UUID = field(default_factory=uuid4)


async def taken_over(world: World, conversation_id: UUID) -> None:
    async with world.database.transaction() as session:
        conversation = await service.hold(session, conversation_id)
        await service.take_over(session, conversation, Agent(), world.time)


async def test_while_a_person_is_in_charge_the_bot_is_refused(world: World) -> None:
    desk = Desk(world)
    receipt = await desk.hears("我要找人")
    turn = await desk.claimed()
    await taken_over(world, receipt.conversation_id)
    refused = await desk.answer(turn, "我是机器人")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/person-in-charge")
    for verb, body in (("takeover", {}), ("failed", {"reason": "x"})):
        refused = await desk.post(f"/turns/{turn.id}/{verb}", worker="w1", epoch=turn.epoch, **body)
        assert refused.json()["type"] == "/problems/person-in-charge"
    talk = await desk.talk(receipt.conversation_id)
    assert (talk.owner, talk.owner_name) == (Owner.PERSON, "周敏")
    assert "周敏" in talk.messages[-1].text
    assert all(message.author != Author.BOT for message in talk.messages)


async def test_messages_to_a_person_are_no_work_for_the_bot(world: World) -> None:
    desk = Desk(world)
    first = await desk.hears("你好")
    await desk.hears("在吗")
    await taken_over(world, first.conversation_id)
    later = await desk.hears("我的密码是abc123")
    assert (later.state, later.owner) == (TurnState.FOR_PERSON, Owner.PERSON)
    assert await desk.claim() is None
    carried = [message.text for delivery in await desk.deliveries() for message in delivery.messages]
    assert any("智能助手" in text for text in carried)


async def test_a_person_speaks_and_gives_back_and_both_are_told(world: World) -> None:
    desk = Desk(world)
    receipt = await desk.hears("你好")
    await taken_over(world, receipt.conversation_id)
    async with world.database.transaction() as session:
        await service.say(
            session, receipt.conversation_id, author=Author.AGENT, replies=[Reply(text="我来处理")], now=world.time
        )
        conversation = await service.hold(session, receipt.conversation_id)
        await service.give_back(session, conversation, world.time)
    talk = await desk.talk(receipt.conversation_id)
    assert talk.owner == Owner.BOT
    assert [message.text for message in talk.messages][-2] == "我来处理"
    assert "智能助手" in talk.messages[-1].text
    assert await desk.claim() is None
    await desk.hears("谢谢")
    assert (await desk.claimed()).text == "谢谢"


async def test_in_the_queue_the_place_is_that_of_the_first_request(world: World) -> None:
    desk = Desk(world)
    receipt = await desk.hears("人工")
    for minutes in (0, 5):
        world.wait(minutes=minutes)
        async with world.database.transaction() as session:
            conversation = await service.hold(session, receipt.conversation_id)
            await service.queue_for_person(session, conversation, "asked", world.time)
            queued_at = conversation.queued_at
    assert queued_at is not None
    assert (world.time - queued_at).total_seconds() == 300
    assert (await desk.talk(receipt.conversation_id)).owner == Owner.QUEUED


async def test_an_agents_words_leave_the_question_open(world: World) -> None:
    desk = Desk(world)
    conversation_id = await desk.ask("请问您贵姓？", "field.name")
    async with world.database.transaction() as session:
        await service.say(session, conversation_id, author=Author.AGENT, replies=[Reply(text="您好")], now=world.time)
        assert (await service.hold(session, conversation_id)).asked == "field.name"
