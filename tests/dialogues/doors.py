"""How a customer of a written conversation reaches us: through the real web chat, or through the real callback."""

import asyncio
from types import TracebackType
from typing import Protocol, Self
from uuid import uuid4

import aiohttp

from tests.dialogues.ledger import Ledger
from tests.e2e.customers import Nothing, WebCustomer, WechatCustomer

TRIES = 6


class Door(Protocol):
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None: ...
    async def say(self, text: str) -> str | None:
        """None: taken. Else the sentence with which it was refused."""

    async def come_back(self) -> None: ...
    def conversation(self) -> str | None: ...


class Web:
    def __init__(self, base: str, ledger: Ledger) -> None:
        self._customer, self._ledger = WebCustomer(base), ledger
        self._cid: str | None = None
        self._conversation: str | None = None

    async def __aenter__(self) -> Self:
        await self._customer.__aenter__()
        await self._customer.hear("个人信息")
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._customer.__aexit__(None, None, None)

    async def say(self, text: str) -> str | None:
        self._cid = uuid4().hex
        for attempt in range(TRIES):
            try:
                # The same client id again is the same message: whatever broke on the way, nothing is said twice.
                await self._customer.say(text, cid=self._cid)
                taken = await self._customer.acknowledged()
                break
            except (Nothing, TypeError, OSError, aiohttp.ClientError):
                await asyncio.sleep(0.5 * attempt)
                await self.come_back()
        else:
            raise Nothing("the door does not open")
        return str(self._customer.acks[-1]["text"]) if taken == "refused" else None

    async def come_back(self) -> None:
        await self._customer.reload()

    def conversation(self) -> str | None:
        if self._conversation is None and self._cid:
            self._conversation = self._ledger.conversation_of_message(self._cid)
        return self._conversation


class Wechat:
    def __init__(self, base: str, ledger: Ledger) -> None:
        self._customer, self._ledger = WechatCustomer(base, f"dialogue-{uuid4().hex}"), ledger

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        pass

    async def say(self, text: str) -> str | None:
        xml = self._customer.message(text)
        for attempt in range(TRIES):
            try:
                await self._customer.post(xml)
            except (Nothing, TimeoutError, OSError, aiohttp.ClientError):
                # The platform repeats a callback that nobody took, with the same number.
                await asyncio.sleep(0.5 * attempt)
            else:
                return None
        raise Nothing("the door does not open")

    async def come_back(self) -> None:
        """A follower has nothing to open again."""

    def conversation(self) -> str | None:
        return self._ledger.conversation_of_sender("wechat", self._customer.openid)


def door(channel: str, base: str, ledger: Ledger) -> Door:
    return Web(base, ledger) if channel == "webchat" else Wechat(base, ledger)
