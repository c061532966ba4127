"""Sanic waits without an end for the rest of a body, also after it has answered that it comes too slowly."""

import asyncio

from sanic import Request
from sanic.exceptions import RequestTimeout
from sanic.http import Http
from sanic.response import BaseHTTPResponse

SECONDS_TO_LEAVE = 2


class Patient(Request):
    """The whole body within the time of a request. Sanic itself counts from the last byte, and twice as long."""

    async def receive_body(self) -> None:
        try:
            async with asyncio.timeout(self.app.config.REQUEST_TIMEOUT):
                await super().receive_body()  # type: ignore[no-untyped-call]
        except TimeoutError:
            raise RequestTimeout from None


async def let_go(request: Request, _: BaseHTTPResponse) -> None:
    stream = request.stream
    if isinstance(stream, Http) and stream.request_body:
        asyncio.get_running_loop().call_later(SECONDS_TO_LEAVE, _cut, stream, request)


def _cut(stream: Http, request: Request) -> None:
    transport = stream.protocol.transport
    if stream.request is request and stream.request_body and transport is not None:
        transport.abort()
