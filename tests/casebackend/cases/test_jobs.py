"""What follows later from what happened to a case."""

from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.api.conversations import Reply
from casebackend.check import check
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import CONTACT
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Author, Channel
from casebackend.timeline.queries import of_case
from tests.casebackend.cases.builders import Desk, case_of, filed
from tests.casebackend.workers import worker
from tests.world import World


async def heard(world: World, conversation_id: UUID, number: str) -> list[Message]:
    """What the customer was told with this number in it."""
    async with world.database.transaction() as session:
        found = await session.scalars(
            select(Message).where(Message.conversation_id == conversation_id, Message.text.contains(number))
        )
        return list(found)


async def test_a_number_that_nobody_told_is_told_by_us(world: World) -> None:
    """The bot's answer may be refused because a person took over in between."""
    receipt = await filed(world)
    conversation = (await case_of(world, receipt.case_id)).conversation_id
    await worker(world).tick()
    assert await heard(world, conversation, receipt.number) == []
    world.wait(seconds=30)
    for _ in range(2):
        await worker(world).tick()
    said = (await heard(world, conversation, receipt.number))[0]
    assert (said.author, said.delivery_id is not None) == ("system", True)
    assert said.text == (
        f"您的投诉已登记，编号 {receipt.number}，被投诉机构：北京朝阳支行。我们最晚在 2026年3月17日 前处理并答复您。"
    )
    world.wait(seconds=60)
    await worker(world).tick()
    assert len(await heard(world, conversation, receipt.number)) == 1


@pytest.mark.parametrize("author", [Author.BOT, Author.AGENT])
async def test_a_number_that_was_told_is_not_told_again(world: World, author: Author) -> None:
    receipt = await filed(world)
    conversation = (await case_of(world, receipt.case_id)).conversation_id
    async with world.database.transaction() as session:
        reply = Reply(text=f"已登记，编号 {receipt.number}")
        await conversations.say(session, conversation, author=author, replies=[reply], now=world.time)
    world.wait(seconds=30)
    await worker(world).tick()
    assert len(await heard(world, conversation, receipt.number)) == 1


async def test_where_we_carry_no_messages_nothing_is_said(world: World) -> None:
    receipt = await filed(world, channel=Channel.COUNTER)
    world.wait(seconds=30)
    await worker(world).tick()
    assert await heard(world, (await case_of(world, receipt.case_id)).conversation_id, receipt.number) == []


async def test_whoever_writes_to_the_customer_in_the_conversation_has_made_the_first_contact(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).sure("lead", receipt.case_id, "accept")
    conversation = (await case_of(world, receipt.case_id)).conversation_id

    async def contact() -> Timer:
        async with world.database.transaction() as session:
            return (await session.scalars(select(Timer).where(Timer.kind == CONTACT))).one()

    async def say(author: Author) -> None:
        async with world.database.transaction() as session:
            reply = [Reply(text="您好，您的投诉我们正在核实")]
            await conversations.say(session, conversation, author=author, replies=reply, now=world.time)
        await worker(world).tick()

    await say(Author.BOT)
    assert (await contact()).stopped_at is None
    world.wait(minutes=5)
    spoken_at = world.time
    for _ in range(2):
        await say(Author.AGENT)
        world.wait(minutes=1)
    assert ((await contact()).stopped_at, (await contact()).stop_reason) == (spoken_at, "done")
    async with world.database.transaction() as session:
        entries = (await of_case(session, receipt.case_id))[-3:]
        assert [entry.kind for entry in entries].count("case.contacted") == 1
        assert await check(session, now=world.time) == []
