"""How many turns one Rasa process answers: ours and the stock server in turn, behind free actions.

Turns per CPU second is what one process answers with a core of its own; turns per second of the clock stand beside it
and say more about what else the machine does.
"""

import asyncio
import json
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import aiohttp
import psutil

from casebackend.conversations.rules import Asked
from ops.chain import Chain

AT_ONCE = 16
BATCHES = int(os.environ.get("TINGSU_BENCH_BATCHES", "3"))

type Script = list[tuple[str, Asked | None]]
type Say = Callable[[aiohttp.ClientSession, str, str, Asked | None], Awaitable[int]]


class _Actions(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps({"events": [], "responses": [{"text": "ok"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def actions() -> Iterator[str]:
    """The address of an action server in this process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Actions)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


class RasaAlone:
    """One Rasa process of `chain` and nothing else."""

    def __init__(self, chain: Chain, ready: Callable[[], None], say: Say) -> None:
        self.chain, self._ready, self._say = chain, ready, say
        self.cpu, self.seconds, self.turns = 0.0, 0.0, 0

    def start(self, actions_url: str) -> None:
        (self.chain.var / "log").mkdir(parents=True, exist_ok=True)
        self.chain.env["TINGSU_ACTIONS_URL"] = actions_url
        self.chain.start("bot")
        self._ready()

    def batch(self, script: Script, *, counted: bool) -> None:
        used, began = self._used(), time.monotonic()
        turns = asyncio.run(self._batch(script))
        if counted:
            self.cpu += self._used() - used
            self.seconds += time.monotonic() - began
            self.turns += turns

    async def _batch(self, script: Script) -> int:
        async with aiohttp.ClientSession() as http:
            talks = [self._talk(http, script) for _ in range(AT_ONCE)]
            return sum(await asyncio.gather(*talks))

    async def _talk(self, http: aiohttp.ClientSession, script: Script) -> int:
        customer, asked = str(uuid4()), None
        for text, asks in script:
            if await self._say(http, customer, text, asked) == 0:
                raise RuntimeError(f"nothing was said to {text}")
            asked = asks
        return len(script)

    def _used(self) -> float:
        process = psutil.Process(self.chain.pid("bot"))
        times = [each.cpu_times() for each in [process, *process.children(recursive=True)]]
        return sum(each.user + each.system for each in times)


def our_say(chain: Chain) -> Say:
    async def say(http: aiohttp.ClientSession, customer: str, text: str, asked: Asked | None) -> int:
        body: dict[str, Any] = {"conversation": customer, "message_id": str(uuid4()), "text": text, "channel": "wechat"}
        body["metadata"] = {"asked": asked, "turn_id": str(uuid4())}
        secret = {"X-TingSu-Secret": chain.env["TINGSU_BOT_SECRET"]}
        url = f"{chain.url('bot')}/webhooks/gateway/webhook"
        async with http.post(url, json=body, headers=secret) as answer:
            answer.raise_for_status()
            return len((await answer.json())["replies"])

    return say


def stock_say(chain: Chain) -> Say:
    async def say(http: aiohttp.ClientSession, customer: str, text: str, asked: Asked | None) -> int:
        metadata = {"asked": asked, "turn_id": str(uuid4()), "message_id": str(uuid4())}
        body = {"sender": customer, "message": text, "metadata": metadata}
        async with http.post(f"{chain.url('bot')}/webhooks/rest/webhook", json=body) as answer:
            return len(await answer.json())

    return say


def measure(script: Script, *rasas: RasaAlone) -> None:
    """In turn, batch after batch, after one that only warms up."""
    with actions() as url:
        try:
            for rasa in rasas:
                rasa.start(url)
            for batch in range(BATCHES + 1):
                for rasa in rasas:
                    rasa.batch(script, counted=batch > 0)
        finally:
            for rasa in rasas:
                rasa.chain.stop_all()
