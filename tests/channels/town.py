"""The channels program on loopback, between the real case backend, the WeChat double and a bot that obeys.

All of them speak HTTP here, because a dropped connection is part of what is tested.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web
from pydantic import SecretStr
from sanic import Sanic

from casebackend.app import create_app as create_backend
from channels.app import create_app
from channels.gateway import Gateway
from channels.settings import Settings
from ops.ports import free_port
from ops.wechat_double import Settings as DoubleSettings
from ops.wechat_double import WechatDouble
from tests.world import TOKENS, World

BOT_SECRET, IVR_TOKEN, WECHAT_TOKEN, ACCOUNT = "bot-secret-1", "ivr-token-1", "wx-token", "gh_town"


@asynccontextmanager
async def served(app: Sanic[Any, Any], port: int) -> AsyncIterator[None]:
    server: Any = await app.create_server(
        "127.0.0.1", port, return_asyncio_server=True, access_log=False, asyncio_server_kwargs={"start_serving": False}
    )
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    try:
        yield
    finally:
        await server.before_stop()
        server.server.close()
        for connection in list(server.connections):
            connection.abort()
        await server.after_stop()


class Bot:
    """Speaks the gateway contract. `answers` decides; `stopped` refuses, `seconds` delays."""

    def __init__(self) -> None:
        self.turns: list[dict[str, Any]] = []
        self.seconds = 0.0
        self.status = 200
        self.judged: dict[str, Any] | None = None
        self.answer: Callable[[dict[str, Any]], list[dict[str, Any]]] = lambda turn: [say(f"听到：{turn['text']}")]

    async def turn(self, request: web.Request) -> web.Response:
        if request.headers.get("X-TingSu-Secret") != BOT_SECRET:
            return web.Response(status=403)
        turn = await request.json()
        self.turns.append(turn)
        await asyncio.sleep(self.seconds)
        return web.json_response({"replies": self.answer(turn), "judged": self.judged}, status=self.status)


def say(text: str, choices: list[str] | None = None, asks: str | None = None) -> dict[str, Any]:
    return {"text": text, "choices": choices or [], "asks": asks}


@asynccontextmanager
async def listening(app: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


class Town:
    def __init__(self, world: World) -> None:
        self.world = world
        self.ports = {name: free_port() for name in ("backend", "bot", "wechat", "channels")}
        self.bot = Bot()
        self.settings = configured(self.ports, world.settings.var_dir / "channels")
        self.wechat = WechatDouble(
            DoubleSettings(
                wechat_token=SecretStr(WECHAT_TOKEN),
                wechat_app_id="wx-app",
                wechat_app_secret=SecretStr("wx-secret"),
                wechat_account=ACCOUNT,
                wechat_callback_url=self.url("channels", "/wechat/callback"),
            )
        )
        self._programs: dict[str, AsyncExitStack] = {}
        self._stack = AsyncExitStack()
        self.app: Sanic[Any, Any] | None = None
        self.backend: Sanic[Any, Any] | None = None

    @classmethod
    @asynccontextmanager
    async def built(cls, world: World) -> AsyncIterator["Town"]:
        town = cls(world)
        async with town._stack:
            town.http = await town._stack.enter_async_context(aiohttp.ClientSession())
            for name in ("backend", "wechat", "bot", "channels"):
                await town.start(name)
            try:
                yield town
            finally:
                for name in reversed(list(town._programs)):
                    await town.stop(name)
                    await quiet()

    http: aiohttp.ClientSession

    def url(self, program: str, path: str) -> str:
        return f"http://127.0.0.1:{self.ports[program]}{path}"

    async def start(self, name: str) -> None:
        stack = AsyncExitStack()
        match name:
            case "backend":
                world = self.world
                backend = create_backend(
                    world.settings, world.database, now=lambda: world.time, name=f"backend-{uuid4().hex}"
                )
                self.backend = backend
                await stack.enter_async_context(served(backend, self.ports[name]))
            case "bot":
                app = web.Application()
                app.add_routes([web.post("/webhooks/gateway/webhook", self.bot.turn)])
                await stack.enter_async_context(listening(app, self.ports[name]))
            case "wechat":
                await stack.enter_async_context(listening(self.wechat.app(), self.ports[name]))
            case "channels":
                self.app = create_app(self.settings, name=f"channels-{uuid4().hex}")
                await stack.enter_async_context(served(self.app, self.ports[name]))
        self._programs[name] = stack

    async def stop(self, name: str) -> None:
        await self._programs.pop(name).aclose()

    @property
    def gateway(self) -> Gateway:
        assert self.app is not None
        gateway: Gateway = self.app.ctx.gateway
        return gateway

    async def says(self, openid: str, text: str) -> dict[str, Any]:
        """A WeChat user writes; what they see at once, and after how many tries."""
        return await self.wechat.call_back(openid, {"MsgType": "text", "Content": text})

    async def sent(self, openid: str, *, count: int = 1, within: float = 30) -> list[str]:
        def texts() -> list[str]:
            return [item["text"]["content"] for item in self.wechat.sent if item["touser"] == openid]

        await until(lambda: len(texts()) >= count, within)
        return texts()


async def quiet() -> None:
    """Requests whose caller has gone unwind before the database under them is closed."""
    with contextlib.suppress(AssertionError):
        await until(lambda: not any("connection_task" in str(task.get_coro()) for task in asyncio.all_tasks()), 2)


async def until(holds: Callable[[], bool], within: float = 30) -> None:
    end = asyncio.get_running_loop().time() + within
    while not holds():
        if asyncio.get_running_loop().time() > end:
            raise AssertionError("did not come true in time")
        await asyncio.sleep(0.02)


def configured(ports: dict[str, int], var: Path) -> Settings:
    return Settings(
        backend_url=f"http://127.0.0.1:{ports['backend']}",
        token_channels=SecretStr(TOKENS["channels"]),
        backend_seconds=20,
        bot_url=f"http://127.0.0.1:{ports['bot']}",
        bot_secret=SecretStr(BOT_SECRET),
        var_dir=var,
        wechat_token=SecretStr(WECHAT_TOKEN),
        wechat_app_id="wx-app",
        wechat_app_secret=SecretStr("wx-secret"),
        wechat_account=ACCOUNT,
        wechat_api_url=f"http://127.0.0.1:{ports['wechat']}",
        ivr_token=SecretStr(IVR_TOKEN),
        session_key=SecretStr("session-key-of-the-tests"),
        spool_key=SecretStr("spool-key-of-the-tests-1"),
        channels_port=ports["channels"],
    )
