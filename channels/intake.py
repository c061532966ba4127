import asyncio
import hashlib
from collections.abc import Callable
from typing import Literal

import structlog

from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.conversations import InboundReceipt
from channels.envelope import Inbound
from channels.spool import Spool

PAUSE = 1.0
# Ever further apart, so that a backend which has just gone down misses a heartbeat in between.
TIMES_TO_BREAK = 5
# Our token or our pace is refused, not the message.
NOT_NOW = frozenset({401, 403, 408, 429})
log = structlog.get_logger()


class Intake:
    """A message is stored in the inbox or, while that cannot be reached, in the spool; else it was not taken."""

    def __init__(self, backend: CaseBackend, spool: Spool, *, live: Callable[[], bool]) -> None:
        """`live`: whether the backend does what else we ask of it."""
        self._backend = backend
        self._spool = spool
        self._live = live
        self._broke = 0
        self._tasks: set[asyncio.Task[InboundReceipt | Literal["kept"]]] = set()

    async def take(self, message: Inbound) -> InboundReceipt | Literal["kept"]:
        """Goes on to its end even when the caller hangs up in the middle."""
        task = asyncio.ensure_future(self._take(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def _take(self, message: Inbound) -> InboundReceipt | Literal["kept"]:
        if not self._spool.holds(message):
            try:
                return await self._backend.receive(message)
            except BackendUnavailable as error:
                log.warning("inbox.unavailable", channel=message.channel, error=type(error).__name__)
            except Refused as refusal:
                if refusal.status not in NOT_NOW:
                    raise
                log.warning("inbox.not_admitted", channel=message.channel, status=refusal.status, slug=refusal.slug)
        await self._spool.append(message)
        return "kept"

    async def drain(self) -> None:
        while True:
            head = self._spool.head()
            if head is None or not await self._pass_on(head):
                await asyncio.sleep(PAUSE * 2 ** max(self._broke - 1, 0))

    async def _pass_on(self, head: Inbound) -> bool:
        try:
            receipt = await self._backend.receive(head)
        except BackendUnavailable as error:
            return await self._poisonous(head, error)
        except Refused as refusal:
            if refusal.status in NOT_NOW:
                log.warning("spool.not_admitted", status=refusal.status, slug=refusal.slug)
                return False
            await self._set_aside(head, refusal.status, refusal.slug)
            return True
        self._broke = 0
        log.info("spool.drained", message_id=str(receipt.message_id), channel=head.channel)
        await self._spool.drop_head()
        return True

    async def _poisonous(self, head: Inbound, error: BackendUnavailable) -> bool:
        """A backend that does everything else and breaks at this one message is not down: the others shall pass."""
        self._broke = self._broke + 1 if error.status == 500 and self._live() else 0
        if self._broke < TIMES_TO_BREAK:
            return False
        await self._set_aside(head, 500, "breaks-the-backend")
        return True

    async def _set_aside(self, head: Inbound, status: int, slug: str) -> None:
        self._broke = 0
        await self._spool.set_aside()
        # The number of the channel may hold the sender's own.
        shadow = hashlib.sha256(head.external_id.encode()).hexdigest()[:16]
        log.error("spool.set_aside", message_id=shadow, channel=head.channel, status=status, slug=slug)
