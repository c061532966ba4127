import asyncio
from collections.abc import AsyncIterator
from typing import Any

from sanic import Request
from sanic.exceptions import RequestTimeout

SLOWEST = 2048


async def pieces(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; no more than was announced, because the server ends it there. A large file may take long;
    whoever sends nothing for the time of a request, or fewer bytes a second than `SLOWEST`, is cut."""
    stream: Any = request.stream
    loop, seconds, taken = asyncio.get_running_loop(), request.app.config.REQUEST_TIMEOUT, 0
    began = loop.time()
    while stream is not None:
        try:
            async with asyncio.timeout_at(min(loop.time(), began + taken / SLOWEST) + seconds):
                piece = await stream.read()
        except TimeoutError:
            raise RequestTimeout from None
        if not piece:
            return
        taken += len(piece)
        yield piece
