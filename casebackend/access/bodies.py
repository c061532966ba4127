"""What a request may hold before anything reads it. Sanic itself refuses more than `LARGEST` and cuts who is slow."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

from sanic import Request, Sanic
from sanic.exceptions import RequestTimeout
from sanic.http import Http
from sanic.response import BaseHTTPResponse
from sanic.server.protocols.http_protocol import HttpProtocol

from casebackend.access.guard import route_name
from casebackend.errors import DomainError

MB = 1024 * 1024
LARGEST, USUAL = 2 * MB, MB
# Files in JSON or in a small form. Large files are streamed and have limits of their own.
WITH_FILES = frozenset({"evidence.add", "imports.check", "console_evidence.add", "console_organisations.check_import"})
DEEPEST, MOST_KEYS, MOST_FIELDS = 20, 20_000, 2_000
# To send a request, to be answered, to stay without asking anything.
SECONDS_TO_SEND, SECONDS_TO_ANSWER, SECONDS_IDLE = 10, 30, 60
# A body that is streamed: each piece within `SECONDS_TO_SEND`, and on the whole no slower than this.
SLOWEST_STREAM = 2048
# So long one who was answered may take to send the rest of a body that nobody reads.
SECONDS_TO_LEAVE = 2
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
FORM = "application/x-www-form-urlencoded"


class TooMuch(DomainError):
    status, slug, title = 413, "body-too-large", "内容过大"

    def __init__(self) -> None:
        super().__init__("一次发送的内容过大或项目过多，请拆分后再发送")


class TooDeep(DomainError):
    status, slug, title = 413, "json-too-deep", "内容层次过深"

    def __init__(self) -> None:
        super().__init__(f"JSON 的嵌套不得超过 {DEEPEST} 层", most=DEEPEST)


class TooSlow(DomainError):
    status, slug, title = 408, "body-too-slow", "发送超时"

    def __init__(self) -> None:
        super().__init__("内容没有在规定时间内发送完毕，请检查网络后重新发送")


class Patient(Request):
    """The whole body within the time of a request. Sanic itself counts from the last byte, and three times as long."""

    async def receive_body(self) -> None:
        try:
            async with asyncio.timeout(self.app.config.REQUEST_TIMEOUT):
                await super().receive_body()  # type: ignore[no-untyped-call]
        except TimeoutError:
            raise TooSlow from None


class Prompt(Http):
    """All headers within the time of a request: to Sanic itself each byte of them begins the time anew."""

    __slots__ = ()

    async def http1_request_header(self) -> None:
        try:
            async with asyncio.timeout(self.protocol.request_timeout):
                await super().http1_request_header()  # type: ignore[no-untyped-call]
        except TimeoutError:
            raise RequestTimeout from None


async def paced(stream: AsyncIterator[bytes], seconds: float = SECONDS_TO_SEND) -> AsyncIterator[bytes]:
    """A streamed body, while it comes: a large file may take long, a trickle may not."""
    loop, taken = asyncio.get_running_loop(), 0
    began, pieces = loop.time(), aiter(stream)
    while True:
        by = min(loop.time(), began + taken / SLOWEST_STREAM) + seconds
        try:
            async with asyncio.timeout_at(by):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise TooSlow from None
        taken += len(piece)
        yield piece


def depth(body: bytes) -> int:
    """How deep lists and objects lie in each other. What brackets stand within strings do not count."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return 0
    deepest = now = 0
    for byte in STRING.sub(b"", body):
        if byte in b"[{":
            now += 1
            deepest = max(deepest, now)
        elif byte in b"]}":
            now -= 1
    return deepest


def keys(body: bytes) -> int:
    return body.count(b":") if body.count(b":") <= MOST_KEYS else STRING.sub(b"", body).count(b":")


async def bounded(request: Request) -> None:
    body = request.body or b""
    if len(body) > (LARGEST if route_name(request) in WITH_FILES else USUAL):
        raise TooMuch
    if request.path.startswith("/api/"):
        if depth(body) > DEEPEST:
            raise TooDeep
        if keys(body) > MOST_KEYS:
            raise TooMuch
    elif request.headers.get("content-type", "").startswith(FORM) and body.count(b"&") >= MOST_FIELDS:
        raise TooMuch


async def let_go(request: Request, _: BaseHTTPResponse) -> None:
    """Sanic waits without an end for the rest of a body, also after it has answered that it comes too slowly."""
    stream = request.stream
    if isinstance(stream, Http) and stream.request_body:
        asyncio.get_running_loop().call_later(SECONDS_TO_LEAVE, _cut, stream, request)


def _cut(stream: Http, request: Request) -> None:
    transport = stream.protocol.transport
    if stream.request is request and stream.request_body and transport is not None:
        transport.abort()


def install(app: Sanic[Any, Any]) -> None:
    HttpProtocol.HTTP_CLASS = Prompt  # there is no such setting; it is the same for every application of a process
    app.config.REQUEST_MAX_SIZE = LARGEST
    app.config.REQUEST_TIMEOUT = SECONDS_TO_SEND
    app.config.RESPONSE_TIMEOUT = SECONDS_TO_ANSWER
    app.config.KEEP_ALIVE_TIMEOUT = SECONDS_IDLE
    app.register_middleware(bounded, "request", priority=90)
    app.register_middleware(let_go, "response")
