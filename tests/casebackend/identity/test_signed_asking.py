"""What comes back from the core system is read whole, and believed only when signed and no longer than allowed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web

from casebackend.identity import signatures
from casebackend.identity.signed_asking import LONGEST_ANSWER, SignedAsking, Untrusted

SECRET = "core-bank-secret-of-the-tests"


@asynccontextmanager
async def answering(*pieces: bytes) -> AsyncIterator[SignedAsking]:
    """A bank that sends its answer in these pieces."""
    runner = web.AppRunner(_bank(pieces), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    [address] = runner.addresses
    try:
        yield SignedAsking(f"http://127.0.0.1:{address[1]}/", SECRET, seconds=60, now=lambda: datetime.now(UTC))
    finally:
        await runner.cleanup()


def _bank(pieces: Sequence[bytes]) -> web.Application:
    async def answer(request: web.Request) -> web.StreamResponse:
        signed = signatures.answered(SECRET, request.headers[signatures.NONCE], b"".join(pieces))
        response = web.StreamResponse(headers={signatures.SIGNATURE: signed})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(0.05)
        return response

    app = web.Application()
    app.router.add_post("/", answer)
    return app


async def test_an_answer_in_pieces_is_read_whole() -> None:
    async with answering(b'{"result": ', b'"known"}') as asking:
        assert await asking.ask({"value": "1"}) == b'{"result": "known"}'


async def test_an_answer_longer_than_allowed_is_not_believed() -> None:
    async with answering(b"x" * LONGEST_ANSWER, b"x") as asking:
        with pytest.raises(Untrusted):
            await asking.ask({"value": "1"})
