"""Customers as the outside world sees them: a page's WebSocket and a WeChat follower."""

import asyncio
import hashlib
import time
from types import TracebackType
from typing import Any, Self
from uuid import uuid4
from xml.etree.ElementTree import fromstring

import aiohttp

TOKEN, ACCOUNT = "tingsu-demo", "gh_demo"
TALKERS = frozenset({"bot", "agent", "system"})


class Nothing(Exception):
    """Nobody answered in time."""


class WebCustomer:
    """Speaks the frames of /chat/ws; `heard` is everything said to it, in order."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.heard: list[dict[str, Any]] = []
        self.acks: list[dict[str, Any]] = []
        self._seq = 0

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        await (await self._http.get(self._base + "/")).read()
        await self._connect()
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._http.close()

    async def _connect(self) -> None:
        self._wire = await self._http.ws_connect(self._base + "/chat/ws", headers={"Origin": self._base})
        await self._wire.send_json({"type": "hello", "after": self._seq})

    async def reload(self) -> None:
        await self._wire.close()
        await self._connect()

    async def say(self, text: str, *, cid: str | None = None) -> None:
        self._last = {"type": "say", "cid": cid or uuid4().hex, "text": text}
        await self._wire.send_json(self._last)

    async def hear(self, *words: str, seconds: float = 60) -> str:
        """Waits until something said after the last call holds all `words`; gives everything said since."""
        said: list[str] = []
        deadline = time.monotonic() + seconds
        while True:
            for item in await self._frame(deadline, said):
                if item["seq"] <= self._seq:
                    continue
                self._seq = item["seq"]
                self.heard.append(item)
                if item["author"] in TALKERS:
                    said.append(item["text"])
            if said and all(any(word in text for text in said) for word in words):
                return "\n".join(said)

    async def _frame(self, deadline: float, said: list[str]) -> list[dict[str, Any]]:
        try:
            # A time limit of the wire itself would begin anew with each ping of the server.
            async with asyncio.timeout(max(0.01, deadline - time.monotonic())):
                frame = await self._wire.receive_json()
        except (TimeoutError, asyncio.CancelledError) as error:
            raise Nothing("heard only: " + " | ".join(said)) from error
        if frame["type"] in {"ack", "kept", "slow", "refused"}:
            self.acks.append(frame)
        if frame["type"] == "slow":
            await asyncio.sleep(frame["retry_ms"] / 1000)
            await self._wire.send_json(self._last)
        return frame.get("items", []) if frame["type"] == "messages" else []

    async def acknowledged(self, *, seconds: float = 60) -> str:
        """How the last message was taken: ack, kept or refused."""
        deadline = time.monotonic() + seconds
        while not any(frame["cid"] == self._last["cid"] and frame["type"] != "slow" for frame in self.acks):
            await self._frame(deadline, [])
        return str(self.acks[-1]["type"])

    async def ask(self, text: str, *words: str, seconds: float = 60) -> str:
        await self.say(text)
        return await self.hear(*words, seconds=seconds)


def signature(token: str, timestamp: str, nonce: str) -> str:
    return hashlib.sha1("".join(sorted([token, timestamp, nonce])).encode()).hexdigest()


class WechatCustomer:
    """Posts signed callbacks as the platform does, written from the platform's own rules, not from our codec."""

    def __init__(self, base: str, openid: str) -> None:
        self._base = base + "/wechat/callback"
        self.openid = openid
        self._next = int(time.time() * 1000)

    def query(self) -> dict[str, str]:
        timestamp, nonce = str(int(time.time())), uuid4().hex[:10]
        return {"signature": signature(TOKEN, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}

    def message(self, text: str, *, message_id: int | None = None) -> str:
        self._next += 1
        return (
            f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{self.openid}]]></FromUserName>"
            f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
            f"<Content><![CDATA[{text}]]></Content><MsgId>{message_id or self._next}</MsgId></xml>"
        )

    async def post(self, xml: str) -> str:
        """The passive answer: its text, or the bare word success."""
        async with (
            aiohttp.ClientSession() as http,
            http.post(self._base, params=self.query(), data=xml.encode(), timeout=aiohttp.ClientTimeout(6)) as answer,
        ):
            body = await answer.text()
            if answer.status != 200:
                raise Nothing(f"{answer.status}: {body}")
        if not body.startswith("<xml"):
            return body
        return fromstring(body).findtext("Content") or ""

    async def say(self, text: str) -> str:
        return await self.post(self.message(text))
