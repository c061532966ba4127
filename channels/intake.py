import asyncio
from typing import Literal

import structlog

from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.conversations import InboundReceipt
from channels.envelope import Inbound
from channels.spool import Spool

PAUSE = 1.0
log = structlog.get_logger()


class Intake:
    """A message is stored in the inbox or, while that cannot be reached, in the spool; else it was not taken."""

    def __init__(self, backend: CaseBackend, spool: Spool) -> None:
        self._backend = backend
        self._spool = spool
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
        await self._spool.append(message)
        return "kept"

    async def drain(self) -> None:
        while True:
            head = self._spool.head()
            if head is None or not await self._pass_on(head):
                await asyncio.sleep(PAUSE)

    async def _pass_on(self, head: Inbound) -> bool:
        try:
            receipt = await self._backend.receive(head)
        except BackendUnavailable:
            return False
        except Refused as refusal:
            if refusal.status in {401, 403, 408, 409, 429}:
                log.warning("spool.not_admitted", status=refusal.status, slug=refusal.slug)
                return False
            log.warning("spool.refused", channel=head.channel, status=refusal.status, slug=refusal.slug)
            await self._spool.set_aside()
            return True
        log.info("spool.drained", message_id=str(receipt.message_id), channel=head.channel)
        await self._spool.drop_head()
        return True
