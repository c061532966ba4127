import asyncio
from collections import defaultdict
from typing import Protocol
from uuid import UUID

from casebackend.api.client import BackendUnavailable, CaseBackend
from channels.delivery import Outcome
from channels.envelope import DeliveryView, Turn
from channels.webchat import frames


class Wire(Protocol):
    async def send(self, frame: str, /) -> None: ...


class Socket:
    """One open page, brought up to date from its cursor: no push is missed, doubled or out of order."""

    def __init__(self, wire: Wire, conversation: UUID, after: int) -> None:
        self.wire = wire
        self.conversation = conversation
        self.after = after
        self._lock = asyncio.Lock()

    async def bring_up_to_date(self, backend: CaseBackend, *, after: int | None = None) -> None:
        async with self._lock:
            start = self.after if after is None else after
            conversation = await backend.conversation(self.conversation, after=start)
            draft = await backend.draft(self.conversation)
            await self.wire.send(frames.messages(conversation, draft))
            self.after = frames.last_seq(conversation.messages, start)


class WebchatLine:
    """Open pages, by conversation. A page that is not open catches up by itself when it comes back."""

    def __init__(self, backend: CaseBackend) -> None:
        self._backend = backend
        self._open: defaultdict[UUID, set[Socket]] = defaultdict(set)

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
        pages = list(self._open.get(delivery.conversation_id, ()))
        await asyncio.gather(*(self._push(page) for page in pages))
        return Outcome("sent")

    async def _push(self, page: Socket) -> None:
        try:
            await asyncio.wait_for(page.bring_up_to_date(self._backend), 5)
        except (BackendUnavailable, TimeoutError, OSError):
            return
