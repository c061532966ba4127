"""The body of a request as pieces; what it says of its length."""

from collections.abc import AsyncIterator
from typing import Any

from sanic import Request


def announced(request: Request) -> int | None:
    sent = request.headers.get("content-length", "")
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 16 else None


async def pieces_of(request: Request) -> AsyncIterator[bytes]:
    stream: Any = request.stream
    while stream is not None and (piece := await stream.read()):
        yield piece
