"""Sanic waits without an end for a trickle of headers or of a body, also after it has answered that it is too slow."""

import asyncio
from typing import Any

from sanic import Request, Sanic
from sanic.exceptions import RequestTimeout
from sanic.http import Http
from sanic.response import BaseHTTPResponse
from sanic.server.protocols.http_protocol import HttpProtocol

SECONDS_TO_LEAVE = 2


class Patient(Request):
    """The whole body within the time of a request. Sanic itself counts from the last byte, and twice as long."""

    async def receive_body(self) -> None:
        try:
            async with asyncio.timeout(self.app.config.REQUEST_TIMEOUT):
                await super().receive_body()  # type: ignore[no-untyped-call]
        except TimeoutError:
            raise RequestTimeout from None


class Prompt(Http):
    """All headers within the time of a request: to Sanic itself each byte of them begins the time anew."""

    __slots__ = ()

    async def http1_request_header(self) -> None:
        try:
            async with asyncio.timeout(self.protocol.request_timeout):
                await super().http1_request_header()  # type: ignore[no-untyped-call]
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


def install(app: Sanic[Any, Any]) -> None:
    HttpProtocol.HTTP_CLASS = Prompt  # there is no such setting; it is the same for every application of a process
    app.register_middleware(let_go, "response")
