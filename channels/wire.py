from collections.abc import AsyncIterator
from typing import Any

from sanic import Request


async def pieces(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; no more than was announced, because the server ends it there."""
    stream: Any = request.stream
    while stream is not None and (piece := await stream.read()):
        yield piece
