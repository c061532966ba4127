"""clamd's INSTREAM (clamd(8)): chunks with their length before them, one of no length at the end, one line back."""

import asyncio
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from casebackend.attachments.ports import ScannerAway, Verdict

SECONDS = 60.0
CONNECT_SECONDS = 5.0
LONGEST_ANSWER = 1_000
FOUND = re.compile(r"^stream: (.{1,120}) FOUND$")


class Clamd:
    """`address`: tcp://host:port or unix:/path. `seconds` bounds one whole scan."""

    def __init__(self, address: str, *, seconds: float = SECONDS) -> None:
        self._address = urlsplit(address)
        self._seconds = seconds
        if self._address.scheme not in ("tcp", "unix") or not (self._address.port or self._address.path):
            raise ValueError("clamd: tcp://host:port or unix:/path")

    async def scan(self, pieces: AsyncIterator[bytes]) -> Verdict:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._scan(pieces)
        except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError) as error:
            raise ScannerAway(type(error).__name__) from error

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with asyncio.timeout(CONNECT_SECONDS):
            if self._address.scheme == "unix":
                return await asyncio.open_unix_connection(self._address.path)
            return await asyncio.open_connection(self._address.hostname, self._address.port)

    async def _scan(self, pieces: AsyncIterator[bytes]) -> Verdict:
        reader, writer = await self._connected()
        try:
            writer.write(b"zINSTREAM\0")
            async for piece in pieces:
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
            writer.write((0).to_bytes(4, "big"))
            await writer.drain()
            answer = await reader.readuntil(b"\0")
        finally:
            writer.close()
        return _verdict(answer[:LONGEST_ANSWER].rstrip(b"\0").decode("utf-8", "replace"))


def _verdict(answer: str) -> Verdict:
    """Anything that is neither clean nor found, such as a size limit exceeded, is no verdict."""
    if answer == "stream: OK":
        return Verdict(None)
    found = FOUND.match(answer)
    if found is None:
        raise ScannerAway(answer[:80])
    return Verdict(found[1])
