"""How many forms are drawn at once: each takes a core for some tenths of a second and up to 300 MB until it is done."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from casebackend.errors import Unavailable


class PressBusy(Unavailable):
    slug, title = "printing-busy", "打印繁忙"
    retry_after = 5

    def __init__(self) -> None:
        super().__init__("正在打印的人较多，请过几秒再试；没有打印，也没有留下打印记录")


class Turn:
    def __init__(self) -> None:
        self.work: asyncio.Future[Any] | None = None

    async def done[T](self, work: Callable[[], T]) -> T:
        """In a thread, which goes on when whoever asked has gone away."""
        running = asyncio.ensure_future(asyncio.to_thread(work))
        self.work = running
        return await asyncio.shield(running)


class Press:
    """Of one program. Whoever finds the queue full is told so at once instead of waiting for his browser to give up."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self.inside = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        if self.inside >= self._room:
            raise PressBusy
        self.inside += 1
        try:
            await self._places.acquire()
        except BaseException:
            self.inside -= 1
            raise
        turn = Turn()
        try:
            yield turn
        finally:
            if turn.work is None or turn.work.done():
                self._leave()
            else:
                turn.work.add_done_callback(self._leave)

    def _leave(self, _: object = None) -> None:
        self.inside -= 1
        self._places.release()
