"""Carries what the bank says to the customer; the backend knows what is due, a line knows how."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

import structlog

from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.conversations import ClaimDelivery, DeliveryDone
from channels.envelope import Channel, DeliveryView, Turn

POLL_SECONDS = 5
TRIES_TO_REPORT = 3
log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    outcome: Literal["sent", "failed", "held", "maybe_sent", "handed_back"]
    error: str | None = None


class Line(Protocol):
    """The way to the customers of one channel."""

    async def awaits(self, turn: Turn) -> bool:
        """Whether this line itself carries the answer back at once, so that no active delivery is wanted."""
        ...

    def take(self, turn: Turn, delivery: DeliveryView) -> bool:
        """Takes over a delivery that it awaited; False gives it back, to be delivered actively."""
        ...

    async def deliver(self, delivery: DeliveryView) -> Outcome: ...

    async def held(self, delivery: DeliveryView) -> None:
        """The backend knows now that it waits for the customer."""
        ...


class Deliverer:
    def __init__(self, backend: CaseBackend, lines: Mapping[Channel, Line], *, worker: str) -> None:
        self._backend = backend
        self._lines = lines
        self._worker = worker
        self._reports: set[asyncio.Task[None]] = set()

    async def work(self, channel: Channel) -> None:
        claim = ClaimDelivery(worker=self._worker, channels=[channel], wait_seconds=POLL_SECONDS)
        while True:
            try:
                claimed = await self._backend.claim_deliveries(claim)
            except (BackendUnavailable, Refused) as error:
                log.warning("delivery.claim_failed", channel=channel, error=type(error).__name__)
                await asyncio.sleep(2)
                continue
            by_conversation: dict[UUID, list[DeliveryView]] = defaultdict(list)
            for delivery in claimed:
                by_conversation[delivery.conversation_id].append(delivery)
            await asyncio.gather(*(self._carry_in_order(deliveries) for deliveries in by_conversation.values()))

    async def _carry_in_order(self, deliveries: list[DeliveryView]) -> None:
        for delivery in deliveries:
            await self.carry(delivery)

    async def carry(self, delivery: DeliveryView) -> None:
        line = self._lines[delivery.channel]
        outcome = await line.deliver(delivery)
        await self.report(delivery, outcome)
        if outcome.outcome == "held":
            await line.held(delivery)

    def report_soon(self, delivery: DeliveryView, outcome: Outcome) -> None:
        """For a caller who may be cut off at any moment."""
        task = asyncio.create_task(self.report(delivery, outcome))
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)

    async def report(self, delivery: DeliveryView, outcome: Outcome) -> None:
        """Unreported, the lease of the delivery runs out and it is shown to a person as maybe sent."""
        log.info("delivery.done", delivery_id=str(delivery.id), outcome=outcome.outcome, errcode=outcome.error)
        done = DeliveryDone(worker=self._worker, outcome=outcome.outcome, error=outcome.error)
        for attempt in range(TRIES_TO_REPORT):
            try:
                await self._backend.finish_delivery(delivery.id, done)
            except BackendUnavailable:
                await asyncio.sleep(0.5 * 2**attempt)
            except Refused as refusal:
                log.warning("delivery.report_refused", delivery_id=str(delivery.id), slug=refusal.slug)
                return
            else:
                return
