"""Who is on the line waiting for the answer to which message.

The turn runner asks here, just before it closes a turn, whether somebody will carry the answer back. A promise made is
either kept (the caller takes it) or handed back to the runner, who then delivers actively: never both, never neither.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from channels.envelope import DeliveryView


@dataclass(eq=False)
class Call:
    answer: asyncio.Future[DeliveryView | None]
    callers: int = 0
    promised: bool = False
    carried: bool = False

    def carry(self) -> bool:
        """True for the one caller, of several on the same message, who reports the delivery."""
        first, self.carried = not self.carried, True
        return first


class Callers:
    def __init__(self) -> None:
        self._calls: dict[UUID, Call] = {}
        self._arriving: set[asyncio.Future[None]] = set()

    @contextmanager
    def arriving(self) -> Iterator[None]:
        """A message is being stored and its caller will join: a turn that is quicker than that waits for it."""
        arrival = asyncio.get_running_loop().create_future()
        self._arriving.add(arrival)
        try:
            yield
        finally:
            self._arriving.discard(arrival)
            arrival.set_result(None)

    def join(self, message_id: UUID) -> Call:
        call = self._calls.get(message_id)
        if call is None:
            call = self._calls[message_id] = Call(asyncio.get_running_loop().create_future())
        call.callers += 1
        return call

    async def wait(self, message_id: UUID, call: Call, *, until: float, at_last: float) -> DeliveryView | None:
        """Waits `until`, and up to `at_last` when the answer is already promised (loop time)."""
        loop = asyncio.get_running_loop()
        try:
            await asyncio.wait({call.answer}, timeout=until - loop.time())
            if not call.answer.done() and call.promised:
                await asyncio.wait({call.answer}, timeout=at_last - loop.time())
            return call.answer.result() if call.answer.done() else None
        finally:
            call.callers -= 1
            if call.callers == 0 and self._calls.get(message_id) is call:
                del self._calls[message_id]

    async def expects(self, message_id: UUID) -> bool:
        if self._arriving:
            await asyncio.wait(set(self._arriving))
        call = self._calls.get(message_id)
        if call is not None:
            call.promised = True
        return call is not None

    def give(self, message_id: UUID, delivery: DeliveryView | None) -> bool:
        """None sends the callers home: the answer comes another way."""
        call = self._calls.pop(message_id, None)
        if call is None:
            return False
        call.answer.set_result(delivery)
        return delivery is not None
