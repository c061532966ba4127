"""A scanner that speaks clamd's INSTREAM byte for byte and knows one virus: the EICAR test file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.casebackend.attachments.samples import EICAR


class ClamdDouble:
    """`mood`: what it does with the next stream: scan | silent | hang_up | too_large."""

    def __init__(self) -> None:
        self.mood = "scan"
        self.streams: list[bytes] = []
        self.address = ""

    @classmethod
    @asynccontextmanager
    async def listening(cls, path: str | None = None) -> AsyncIterator["ClamdDouble"]:
        double = cls()
        if path is not None:
            server: asyncio.Server = await asyncio.start_unix_server(double._serve, path)
            double.address = f"unix:{path}"
        else:
            server = await asyncio.start_server(double._serve, "127.0.0.1", 0)
            double.address = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield double

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await reader.readuntil(b"\0") != b"zINSTREAM\0":
                writer.write(b"UNKNOWN COMMAND\0")
                return
            answer = await self._scanned(reader)
            if answer is not None:
                writer.write(answer)
                await writer.drain()
        finally:
            writer.close()

    async def _scanned(self, reader: asyncio.StreamReader) -> bytes | None:
        if self.mood == "hang_up":
            return None
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        self.streams.append(content)
        if self.mood == "silent":
            await reader.read(1)
        if self.mood == "too_large":
            return b"INSTREAM size limit exceeded. ERROR\0"
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
