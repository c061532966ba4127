"""Whoever sends slowly is cut, and nobody waits for him."""

import asyncio
from pathlib import Path
from uuid import uuid4

import httpx

from channels.app import create_app
from ops.ports import free_port
from tests.casebackend.access.test_bodies import trickled
from tests.channels.town import Town, served

SLOW = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    b"POST /wechat/callback HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n<xml>",
    b"POST /chat/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nx",
    b"GET /",
)

TRICKLES = (
    b"POST /wechat/callback HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n",
    b"POST /chat/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    b"GET /",
)


async def test_a_trickle_of_body_or_headers_is_cut_after_the_time_of_a_request(town: Town, tmp_path: Path) -> None:
    settings = town.settings.model_copy(update={"var_dir": tmp_path})
    app, port = create_app(settings, name=f"trickle-{uuid4().hex}"), free_port()
    app.config.update(REQUEST_TIMEOUT=1, RESPONSE_TIMEOUT=3600)
    async with served(app, port):
        for head in TRICKLES:
            assert not (await trickled(port, head)).startswith(b"HTTP/1.1 2")


async def test_slow_connections_are_cut_and_others_are_served_meanwhile(town: Town, tmp_path: Path) -> None:
    settings = town.settings.model_copy(update={"var_dir": tmp_path})
    app, port = create_app(settings, name=f"slow-{uuid4().hex}"), free_port()
    app.config.update(REQUEST_TIMEOUT=1, KEEP_ALIVE_TIMEOUT=1, RESPONSE_TIMEOUT=4)
    async with served(app, port):
        wires = [await asyncio.open_connection("127.0.0.1", port) for _ in range(16)]
        for place, (_, writer) in enumerate(wires):
            writer.write(SLOW[place % len(SLOW)])
            await writer.drain()
        async with httpx.AsyncClient(timeout=60) as client:
            assert (await client.get(f"http://127.0.0.1:{port}/health/live")).status_code == 200
        answers = await asyncio.wait_for(asyncio.gather(*(reader.read() for reader, _ in wires)), 90)
        assert not [answer for answer in answers if answer.startswith(b"HTTP/1.1 2")]
        for _, writer in wires:
            writer.close()
