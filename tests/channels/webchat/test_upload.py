"""A customer sends a file in the web chat: first the bytes, then the message that names them."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
from sqlalchemy import select

from casebackend.attachments.model import Attachment
from casebackend.attachments.rules import Origin
from casebackend.conversations.model import Message
from tests.casebackend.attachments import samples
from tests.channels.town import Town
from tests.channels.webchat.test_chat import opened, visitor


async def sent(town: Town, http: aiohttp.ClientSession, content: bytes, **more: str) -> tuple[int, dict[str, Any]]:
    headers = {"X-File-Name": quote("我的凭证13800138000.exe"), "Origin": town.url("channels", "")} | more
    async with http.post(town.url("channels", "/chat/files"), data=content, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_file_belongs_to_the_message_that_names_it(town: Town) -> None:
    async with visitor() as http, opened(town, http) as page:
        await page.until("messages")
        status, kept = await sent(town, http, samples.picture())
        assert (status, kept["kind"]) == (201, "image")
        media = [{"kind": kept["kind"], "reference": kept["reference"], "note": "我的凭证.png"}]
        await page.send(type="say", cid="message-1", text="", media=media)
        await page.until("ack")
        shown = await page.until("messages")
        assert any("[图片]" in item["text"] for item in shown["items"])
    async with town.world.database.reading() as session:
        attachment = (await session.scalars(select(Attachment))).one()
        message = await session.get_one(Message, attachment.message_id)
    assert (attachment.origin, attachment.content_type) == (Origin.CUSTOMER, "image/png")
    assert "13800138000" not in attachment.name
    assert message.conversation_id == attachment.conversation_id


async def test_what_may_not_come_in_is_said_in_the_words_of_the_case_backend(town: Town) -> None:
    async with visitor() as http, opened(town, http) as page:
        await page.until("messages")
        status, problem = await sent(town, http, samples.HTML)
        assert (status, "不是可以接收的类型" in problem["detail"]) == (422, True)
        assert (await sent(town, http, b""))[0] == 413
        assert (await sent(town, http, samples.TEXT, Origin="https://evil.test"))[0] == 403
        await page.send(type="say", cid="message-1", text="", media=[{"kind": "file", "reference": "attachment:x"}])
        assert (await page.until("ack"))["seq"]
        await page.send(type="say", cid="message-2", text="", media=[])
        assert (await page.until("refused"))["cid"] == "message-2"
    async with visitor() as stranger:
        assert (await sent(town, stranger, samples.TEXT))[0] == 401


async def test_a_file_of_somebody_else_cannot_be_named(town: Town) -> None:
    async with visitor() as one, opened(town, one) as first, visitor() as two, opened(town, two) as second:
        await first.until("messages")
        await second.until("messages")
        _, kept = await sent(town, one, samples.TEXT)
        media = [{"kind": "file", "reference": kept["reference"]}]
        await second.send(type="say", cid="message-1", text="", media=media)
        await second.until("ack")
    async with town.world.database.reading() as session:
        assert (await session.scalars(select(Attachment))).one().message_id is None


async def test_a_file_of_no_known_length_is_refused_before_its_body(town: Town) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"x" * 100

    async with visitor() as http:
        await (await http.get(town.url("channels", "/"))).read()
        headers = {"Origin": town.url("channels", "")}
        async with http.post(town.url("channels", "/chat/files"), data=pieces(), headers=headers) as answer:
            assert answer.status == 413
