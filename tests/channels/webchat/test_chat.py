import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from sqlalchemy import select

from casebackend.conversations import service
from casebackend.conversations.model import Conversation
from channels.envelope import Author, Reply
from tests.channels.town import Town, until


class Page:
    """As much of a browser as the protocol needs: a cookie and a socket."""

    def __init__(self, town: Town, http: aiohttp.ClientSession, wire: aiohttp.ClientWebSocketResponse) -> None:
        self.town, self.http, self.wire = town, http, wire
        self.frames: list[dict[str, Any]] = []

    async def send(self, **frame: object) -> None:
        await self.wire.send_str(json.dumps(frame))

    async def until(self, kind: str, *, within: float = 30) -> dict[str, Any]:
        async with asyncio.timeout(within):
            while True:
                frame: dict[str, Any] = json.loads(await self.wire.receive_str())
                self.frames.append(frame)
                if frame["type"] == kind:
                    return frame

    async def answer(self, text: str, *, within: float = 30) -> dict[str, Any]:
        earlier = [frame for frame in self.frames if frame["type"] == "messages"]
        while True:
            frame = earlier.pop(0) if earlier else await self.until("messages", within=within)
            if any(text in item["text"] for item in frame["items"] if item["author"] != "customer"):
                return frame

    async def say(self, text: str, cid: str | None = None) -> str:
        cid = cid or uuid4().hex
        await self.send(type="say", cid=cid, text=text)
        return cid


@asynccontextmanager
async def visitor() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield http


@asynccontextmanager
async def opened(town: Town, http: aiohttp.ClientSession, *, after: int = 0) -> AsyncIterator[Page]:
    await (await http.get(town.url("channels", "/"))).read()
    async with http.ws_connect(town.url("channels", "/chat/ws"), origin=town.url("channels", "")) as wire:
        page = Page(town, http, wire)
        await page.send(type="hello", after=after)
        yield page


async def test_the_first_thing_shown_is_the_greeting_with_the_privacy_notice(town: Town) -> None:
    async with visitor() as http, opened(town, http) as page:
        shown = await page.until("messages")
        assert shown["owner"] == "bot"
        assert len(shown["items"]) == 1
        assert "智能助手" in shown["items"][0]["text"]


async def test_a_message_is_acknowledged_and_answered_and_a_reload_shows_all_once_in_order(town: Town) -> None:
    async with visitor() as http:
        async with opened(town, http) as page:
            await page.until("messages")
            for text in ("甲事", "乙事", "丙事"):
                await page.say(text)
                assert (await page.until("ack"))["answering"]
                await page.answer(f"听到：{text}")
        async with opened(town, http) as page:
            items = (await page.until("messages"))["items"]
        assert [item["seq"] for item in items] == sorted({item["seq"] for item in items})
        assert [item["text"] for item in items][1:] == [
            "甲事", "听到：甲事", "乙事", "听到：乙事", "丙事", "听到：丙事",
        ]  # fmt: skip


async def test_the_same_message_sent_twice_is_one_message(town: Town) -> None:
    async with visitor() as http:
        async with opened(town, http) as page:
            cid = await page.say("你好")
            first = await page.until("ack")
        async with opened(town, http) as page:
            await page.say("你好", cid)
            second = await page.until("ack")
        assert first["seq"] == second["seq"]
    await until(lambda: len(town.bot.turns) == 1)
    await asyncio.sleep(0.2)
    assert len(town.bot.turns) == 1


async def test_one_customer_cannot_use_the_message_id_of_another(town: Town) -> None:
    async with visitor() as one, visitor() as other, opened(town, one) as first, opened(town, other) as second:
        cid = await first.say("甲的话")
        await first.until("ack")
        await second.say("乙的话", cid)
        await second.until("ack")
        assert "听到：乙的话" in str(await second.answer("听到"))


async def test_only_our_own_page_may_connect(town: Town) -> None:
    async with visitor() as http:
        await (await http.get(town.url("channels", "/"))).read()
        for origin in ("http://evil.test", None):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await http.ws_connect(town.url("channels", "/chat/ws"), origin=origin)
            assert refusal.value.status == 403
    async with visitor() as http:
        wire = await http.ws_connect(town.url("channels", "/chat/ws"), origin=town.url("channels", ""))
        assert (await wire.receive()).data == 4401


async def test_too_long_and_empty_messages_are_refused_in_chinese(town: Town) -> None:
    async with visitor() as http, opened(town, http) as page:
        await page.say("长" * 4_001)
        assert "4000" in (await page.until("refused"))["text"]
        await page.say(" \n ")
        await page.until("refused")
        await page.say("长" * 4_000)
        await page.until("ack")
        await page.wire.send_str("{nonsense")
        assert (await page.until("notice"))["about"] == "not_a_frame"


async def test_a_flood_is_slowed_politely_and_nothing_is_lost(town: Town) -> None:
    async with visitor() as http, opened(town, http) as page:
        cids = [await page.say(f"第{number}条") for number in range(22)]
        slow = [await page.until("slow") for _ in range(2)]
        assert [frame["cid"] for frame in slow] == cids[20:]
        assert 0 < slow[0]["retry_ms"] < 4_000
        await asyncio.sleep(slow[0]["retry_ms"] / 1000)
        await page.say("第20条", cids[20])
        await page.until("ack")


async def test_an_agent_message_is_pushed_to_every_open_page(town: Town) -> None:
    async with visitor() as http, opened(town, http) as page, opened(town, http) as tab:
        await page.until("messages")
        await tab.until("messages")
        async with town.world.database.transaction() as session:
            conversation = await session.scalar(select(Conversation))
            assert conversation is not None
            reply = Reply(text="我是工号 8001。")
            await service.say(session, conversation.id, author=Author.AGENT, replies=[reply], now=town.world.time)
        for each in (page, tab):
            assert (await each.answer("工号 8001"))["items"][-1]["author"] == "agent"


async def test_while_the_backend_is_away_the_page_is_told_and_the_message_is_answered_later(town: Town) -> None:
    await town.stop("backend")
    async with visitor() as http, opened(town, http) as page:
        assert (await page.until("notice"))["about"] == "unreachable"
        cid = await page.say("先说着")
        assert (await page.until("kept"))["text"].startswith("已收到，系统正在恢复，先为您记作待登记")
        await town.start("backend")
        await until(lambda: len(town.bot.turns) == 1, 15)
        await page.send(type="sync", after=0)
        await page.answer("听到：先说着")
        await page.say("先说着", cid)
        assert (await page.until("ack"))["cid"] == cid
    assert len(town.bot.turns) == 1
