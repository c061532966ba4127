"""SQLite asked in one hop: a statement, its rows and the end of its cursor go to the thread of the connection at once.

aiosqlite goes there four times for each statement (cursor, execute, fetchall, close), and waking a thread costs more
than most of our statements. For SQLAlchemy, which reads all rows at once anyway; nothing is read piece by piece.

Who holds the lock of writers does not even wake the thread for what stands between BEGIN IMMEDIATE and COMMIT: nothing
there waits for another connection, and the disk is waited for by COMMIT. Reads beside it, which may be long, never
hold up the event loop.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any, Self

import aiosqlite

# A write that has had the event loop for so long lets others go first.
HELD_SECONDS = 0.01


async def connected(path: str, *, writes: bool) -> aiosqlite.Connection:
    """Its thread ends with the process, as SQLAlchemy wants it of its own connections. `writes`: IMMEDIATE."""
    made = OneHopConnection(lambda: sqlite3.connect(path, check_same_thread=False), iter_chunk_size=0)
    made.writes = writes
    made._thread.daemon = True
    return await made


class OneHopConnection(aiosqlite.Connection):
    writes = False
    _since = 0.0

    def cursor(self) -> "OneHopCursor":  # type: ignore[override]
        return OneHopCursor(self)

    async def hop(self, sql: str, parameters: Any, *, many: bool) -> tuple[sqlite3.Cursor, Sequence[Any]]:
        """The closed cursor, whose figures are still read, and all rows."""
        if self.writes and self._conn.in_transaction:
            return await self._ask_here(sql, parameters, many)
        answer = await self._execute(self._ask, sql, parameters, many)  # type: ignore[no-untyped-call]
        self._since = time.perf_counter()
        return answer  # type: ignore[no-any-return]

    async def _ask_here(self, sql: str, parameters: Any, many: bool) -> tuple[sqlite3.Cursor, Sequence[Any]]:
        answer = self._ask(sql, parameters, many)
        if time.perf_counter() - self._since > HELD_SECONDS:
            await asyncio.sleep(0)
            await asyncio.sleep(0)  # the first looks at the timers, the second tells who was given up meanwhile
            self._since = time.perf_counter()
        return answer

    def _ask(self, sql: str, parameters: Any, many: bool) -> tuple[sqlite3.Cursor, Sequence[Any]]:
        cursor = self._conn.executemany(sql, parameters) if many else self._conn.execute(sql, parameters)
        try:
            return cursor, cursor.fetchall() if cursor.description else ()
        finally:
            cursor.close()


class OneHopCursor:
    """As SQLAlchemy asks the cursor of an asynchronous driver."""

    arraysize = 1

    def __init__(self, connection: OneHopConnection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        return await self._asked(sql, parameters, many=False)

    async def executemany(self, sql: str, parameters: Iterable[Any]) -> Self:
        return await self._asked(sql, parameters, many=True)

    async def _asked(self, sql: str, parameters: Any, *, many: bool) -> Self:
        asked, self._rows = await self._connection.hop(sql, parameters, many=many)
        self.description, self.rowcount, self.lastrowid = asked.description, asked.rowcount, asked.lastrowid
        return self

    async def fetchall(self) -> Sequence[Any]:
        rows, self._rows = self._rows, ()
        return rows

    async def close(self) -> None:
        """Closed already."""
