"""What no page of the customer's has taken is not sent: it is held until one comes."""

import asyncio
from uuid import UUID

from sqlalchemy import select

from casebackend.conversations import service
from casebackend.conversations.model import Conversation, Delivery
from channels.envelope import Author, Reply
from tests.channels.town import Town
from tests.channels.webchat.test_chat import opened, visitor


async def says(town: Town, text: str) -> UUID:
    """A colleague, in the only conversation there is. The delivery."""
    async with town.world.database.transaction() as session:
        conversation = (await session.scalars(select(Conversation))).one()
        replies = [Reply(text=text)]
        [said] = await service.say(session, conversation.id, author=Author.AGENT, replies=replies, now=town.world.time)
        assert said.delivery_id is not None
        return said.delivery_id


async def until_it_is(town: Town, delivery_id: UUID, state: str) -> None:
    async with asyncio.timeout(60):
        while True:
            async with town.world.database.reading() as session:
                if (await session.get_one(Delivery, delivery_id)).state == state:
                    return
            await asyncio.sleep(0.05)


async def test_without_an_open_page_it_is_held_and_sent_when_a_page_has_taken_it(town: Town) -> None:
    async with visitor() as http:
        async with opened(town, http) as page:
            await page.until("messages")
        first = await says(town, "您的投诉已有结果")
        await until_it_is(town, first, "held")
        async with opened(town, http) as page:
            await page.answer("您的投诉已有结果")
            await until_it_is(town, first, "sent")
            second = await says(town, "还有一句")
            await page.answer("还有一句")
            await until_it_is(town, second, "sent")


async def test_a_page_that_comes_before_the_report_of_the_absence_gets_it_counted(town: Town) -> None:
    async with visitor() as http:
        async with opened(town, http) as page:
            await page.until("messages")
        for number in range(5):
            delivery = await says(town, f"第{number}句")
            async with opened(town, http) as page:
                await page.answer(f"第{number}句")
                await until_it_is(town, delivery, "sent")
