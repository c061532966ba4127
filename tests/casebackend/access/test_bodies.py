"""What is too large, too deep or too slow is refused before anything reads it, and others are served meanwhile."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from casebackend.access import bodies
from casebackend.app import create_app
from ops.ports import free_port
from tests.casebackend.staff.logins import staff
from tests.channels.town import served
from tests.world import World

HERE = "/api/v1/inbox"
WHOLE = 32


async def sent(world: World, body: bytes, path: str = HERE) -> httpx.Response:
    return await world.channels.post(path, content=body, headers={"Content-Type": "application/json"})


async def test_a_body_over_a_megabyte_is_refused_unless_files_come_in_it(world: World) -> None:
    long = b'{"text": "' + b"x" * bodies.USUAL + b'"}'
    refused = await sent(world, long)
    assert (refused.status_code, refused.json()["type"]) == (413, "/problems/body-too-large")
    async with await staff(world, "admin") as client:
        taken = await client.post("/api/v1/imports", content=long, headers={"Idempotency-Key": "large-enough"})
        assert taken.status_code == 422, taken.text
        form = await client.post("/organisations", content=b"name=" + b"x" * bodies.USUAL, headers=FORM)
        assert form.status_code == 413


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"b":'])
async def test_json_that_is_too_deep_is_refused_in_words(world: World, opening: bytes) -> None:
    for times in (bodies.DEEPEST + 1, 50_000):
        refused = await sent(world, opening * times)
        assert (refused.status_code, refused.json()["type"]) == (413, "/problems/json-too-deep")
        assert "20" in refused.json()["detail"]


async def test_too_many_keys_or_fields_are_refused(world: World) -> None:
    many = json.dumps({f"k{number}": 0 for number in range(bodies.MOST_KEYS + 1)}).encode()
    assert (await sent(world, many)).json()["type"] == "/problems/body-too-large"
    async with await staff(world, "agent") as client:
        fields = "&".join(f"f{number}=" for number in range(bodies.MOST_FIELDS + 1))
        assert (await client.post("/duty", content=fields, headers=FORM)).status_code == 413


async def test_brackets_and_colons_in_words_do_not_count(world: World) -> None:
    story = "[" * 500 + "{" * 500 + ":" * (bodies.MOST_KEYS + 1) + '\\"[[[['
    message = {"channel": "webchat", "sender": "deep-1", "external_id": "deep-1", "text": story}
    taken = await sent(world, json.dumps(message | {"received_at": world.time.isoformat()}).encode())
    assert taken.status_code in (200, 201, 202), taken.text


names = st.text('"[:', max_size=2)
values = st.recursive(
    st.none() | st.text('ab"\\[]{}:,', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
)


def deep(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(deep, inner), default=0)


@given(values, st.integers(min_value=21, max_value=30))
def test_the_depth_is_that_of_the_value_whatever_its_words_hold(value: object, more: int) -> None:
    for _ in range(more):
        value = [value]
    assert bodies.depth(json.dumps(value).encode()) == deep(value)


@asynccontextmanager
async def listening(world: World, *, seconds: float) -> AsyncIterator[int]:
    """The web process on a port, less patient than in service."""
    app = create_app(world.settings, world.database, now=lambda: world.time, name=f"{world.app.name}-slow")
    app.config.REQUEST_TIMEOUT = app.config.KEEP_ALIVE_TIMEOUT = seconds
    app.config.RESPONSE_TIMEOUT = 4 * seconds
    port = free_port()
    async with served(app, port):
        yield port


@pytest_asyncio.fixture
async def port(world: World) -> AsyncIterator[int]:
    async with listening(world, seconds=2) as found:
        yield found


SLOW = (
    b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nlogin=",
    b"GET /lo",
    b"",
)


async def test_slow_connections_are_cut_and_others_are_served_meanwhile(port: int) -> None:
    """The bound is generous: what counts is that they end at all, and that nobody waits for them."""
    wires = [await asyncio.open_connection("127.0.0.1", port) for _ in range(WHOLE)]
    for place, (_, writer) in enumerate(wires):
        writer.write(SLOW[place % len(SLOW)])
        await writer.drain()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        assert (await client.get("/health/live")).status_code == 200
    answers = await asyncio.wait_for(asyncio.gather(*(reader.read() for reader, _ in wires)), 90)
    assert not [answer for answer in answers if answer.startswith(b"HTTP/1.1 2")]
    assert not [answer for answer in answers if b"error while handling an error" in answer]
    for _, writer in wires:
        writer.close()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        assert (await client.get("/health/live")).status_code == 200


HEADS = (b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", b"GET /")
TRICKLE = b"POST /api/v1/inbox HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n"


async def trickled(port: int, head: bytes) -> bytes:
    """One byte after the other, until the server has had enough; what it said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)

    async def drip() -> None:
        with contextlib.suppress(OSError):
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.1)

    dripping = asyncio.create_task(drip())
    said = b""
    try:
        with contextlib.suppress(ConnectionError):  # cut with bytes of ours on the way
            while piece := await asyncio.wait_for(reader.read(4096), 120):
                said += piece
    finally:
        dripping.cancel()
        writer.close()
    return said


async def test_a_body_that_trickles_in_is_cut_after_the_time_of_a_request(world: World) -> None:
    """Every byte begins the patience of Sanic anew; the time of a request is that of its whole body, and before it that
    of all its headers."""
    app = create_app(world.settings, world.database, now=lambda: world.time, name=f"{world.app.name}-trickle")
    app.config.REQUEST_TIMEOUT = 1
    app.config.RESPONSE_TIMEOUT = 3600
    port = free_port()
    async with served(app, port):
        said = await trickled(port, TRICKLE)
        assert said.startswith(b"HTTP/1.1 4"), said[:80]
        for head in HEADS:
            said = await trickled(port, head)
            assert said.startswith(b"HTTP/1.1 4"), said[:80]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            assert (await client.get("/health/live")).status_code == 200


async def _dripping(pieces: int, seconds: float) -> AsyncIterator[bytes]:
    for _ in range(pieces):
        await asyncio.sleep(seconds)
        yield b"x"


async def test_a_streamed_body_may_take_long_but_neither_stop_nor_trickle() -> None:
    assert [piece async for piece in bodies.paced(_dripping(3, 0), 600)] == [b"x"] * 3
    for pieces, seconds in ((1, 3600), (1_000_000, 0.001)):
        with pytest.raises(bodies.TooSlow):
            async for _ in bodies.paced(_dripping(pieces, seconds), 0.3):
                pass


def test_nobody_may_be_slower_or_larger_than_the_design_says(world: World) -> None:
    config = world.app.config
    assert (config.REQUEST_TIMEOUT, config.REQUEST_MAX_SIZE, config.RESPONSE_TIMEOUT) == (10, 2 * 1024 * 1024, 30)
    assert config.KEEP_ALIVE_TIMEOUT <= 60
