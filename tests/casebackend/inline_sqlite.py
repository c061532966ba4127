"""SQLite without a thread of its own for each connection.

Where one task alone walks through a bank, half of the time went to waking the thread that asks the database. Never
together with a second connection that writes: it would wait for itself.
"""

import asyncio
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

from aiosqlite import Connection


@contextmanager
def inline_sqlite() -> Iterator[None]:
    """Connections opened inside ask in the caller's thread."""
    threaded = Connection.__await__
    Connection.__await__ = _open  # type: ignore[method-assign]
    try:
        yield
    finally:
        Connection.__await__ = threaded  # type: ignore[method-assign]


class _Now:
    """In place of the queue to the thread."""

    def put_nowait(self, asked: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, work = asked
        try:
            result = work()
        except Exception as error:
            if future is None:
                raise
            future.set_exception(error)
        else:
            if future is not None:
                future.set_result(result)


def _open(self: Any) -> Generator[Any, None, Connection]:
    self._tx = _Now()
    opened: Generator[Any, None, Connection] = self._connect().__await__()
    return opened
