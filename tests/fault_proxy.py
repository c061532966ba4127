"""A wire that can be cut, slowed or gone silent between us and PostgreSQL (F24). Loopback only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import Self

from sqlalchemy.engine import make_url

PIECE = 65_536


class Fault(StrEnum):
    NONE = "none"
    DOWN = "down"
    RESET = "reset"
    SLOW = "slow"
    SILENT = "silent"


class FaultProxy:
    """`fault` may change at any time. SLOW: half a second for each piece. SILENT: taken, never carried."""

    def __init__(self, url: str) -> None:
        self._there = make_url(url)
        self._fault = Fault.NONE
        self._carries = asyncio.Event()
        self._carries.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @classmethod
    @asynccontextmanager
    async def before(cls, url: str) -> AsyncIterator[Self]:
        proxy = cls(url)
        proxy._server = await asyncio.start_server(proxy._carry, "127.0.0.1", 0)
        try:
            yield proxy
        finally:
            proxy._server.close()
            proxy.cut()

    @property
    def fault(self) -> Fault:
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self._fault = fault
        (self._carries.clear if fault is Fault.SILENT else self._carries.set)()

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("not started")
        port = self._server.sockets[0].getsockname()[1]
        there = self._there.set(host="127.0.0.1", port=port, query={})
        return there.render_as_string(hide_password=False)

    def cut(self) -> None:
        """Every connection that stands now is reset."""
        for writer in self._writers:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault is Fault.DOWN:
            writer.transport.abort()
            return
        query = self._there.query
        folder = query.get("host")
        if folder:
            path = f"{folder}/.s.PGSQL.{query.get('port') or self._there.port or 5432}"
            there_reader, there_writer = await asyncio.open_unix_connection(path)
        else:
            there_reader, there_writer = await asyncio.open_connection(self._there.host, self._there.port)
        self._writers |= {writer, there_writer}
        try:
            await asyncio.gather(self._pump(reader, there_writer), self._pump(there_reader, writer))
        finally:
            for each in (writer, there_writer):
                self._writers.discard(each)
                each.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(PIECE):
                if self.fault is Fault.RESET:
                    writer.transport.abort()
                    return
                if self.fault is Fault.SLOW:
                    await asyncio.sleep(0.5)
                await self._carries.wait()
                writer.write(piece)
                await writer.drain()
        writer.close()
