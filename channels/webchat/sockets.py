import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol
from uuid import UUID

from sanic.exceptions import SanicException

from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.conversations import OpenConversation
from channels.delivery import Outcome
from channels.envelope import DeliveryView, Turn
from channels.webchat import frames

PATIENCE = 5


class Wire(Protocol):
    async def send(self, frame: str, /) -> None: ...


class Socket:
    """One open page, brought up to date from its cursor: no push is missed, doubled or out of order. `behind`: it did
    not take the last one."""

    def __init__(self, wire: Wire, conversation: UUID, after: int) -> None:
        self.wire = wire
        self.conversation = conversation
        self.after = after
        self.behind = False
        self._lock = asyncio.Lock()

    async def bring_up_to_date(self, backend: CaseBackend, *, after: int | None = None) -> None:
        async with self._lock:
            start = self.after if after is None else after
            conversation = await backend.conversation(self.conversation, after=start)
            draft = await backend.draft(self.conversation)
            await self.wire.send(frames.messages(conversation, draft))
            self.after = frames.last_seq(conversation.messages, start)
            self.behind = False


class WebchatLine:
    """Open pages, by conversation. What no page took is held until one comes, which the backend notices by itself."""

    def __init__(self, backend: CaseBackend) -> None:
        self._backend = backend
        self._open: defaultdict[UUID, set[Socket]] = defaultdict(set)
        self._arrivals: set[asyncio.Future[None]] = set()

    @contextmanager
    def arriving(self) -> Iterator[None]:
        """A page is being let in: what it releases at the backend may be due here before it is known to be open."""
        arrival = asyncio.get_running_loop().create_future()
        self._arrivals.add(arrival)
        try:
            yield
        finally:
            self._arrivals.discard(arrival)
            arrival.set_result(None)

    def opened(self, socket: Socket) -> None:
        self._open[socket.conversation].add(socket)

    def closed(self, socket: Socket) -> None:
        self._open[socket.conversation].discard(socket)
        if not self._open[socket.conversation]:
            del self._open[socket.conversation]

    async def awaits(self, turn: Turn) -> bool:
        return turn.conversation_id in self._open

    def take(self, turn: Turn, delivery: DeliveryView) -> bool:
        return False

    async def deliver(self, delivery: DeliveryView) -> Outcome:
        """Sent is what a page took."""
        await self._let_in(delivery)
        pages = list(self._open.get(delivery.conversation_id, ()))
        await asyncio.gather(*(self._push(page) for page in pages))
        return Outcome("sent") if any(not page.behind for page in pages) else Outcome("held", "no page")

    async def held(self, delivery: DeliveryView) -> None:
        """A page that came between our look and our report had nothing to release: it is said to be back once more."""
        await self._let_in(delivery)
        if all(page.behind for page in self._open.get(delivery.conversation_id, ())):
            return
        command = OpenConversation(channel=delivery.channel, sender=delivery.receiver)
        with suppress(BackendUnavailable, Refused):
            await self._backend.open_conversation(command)

    async def _let_in(self, delivery: DeliveryView) -> None:
        if delivery.conversation_id not in self._open and self._arrivals:
            await asyncio.wait(set(self._arrivals), timeout=PATIENCE)

    async def _push(self, page: Socket) -> None:
        try:
            await asyncio.wait_for(page.bring_up_to_date(self._backend), PATIENCE)
        except (BackendUnavailable, Refused, SanicException, TimeoutError, OSError):
            page.behind = True
