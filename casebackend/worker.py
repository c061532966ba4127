"""The second process: clocks, reminders, surveys, and the effects that the web process left in the outbox.

APScheduler only wakes it; business time lives in rows. Started twice, one leads and the other waits.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import leader
from casebackend.calendar.queries import ends_soon
from casebackend.calendar.rules import SHANGHAI, local_date
from casebackend.cases import jobs as cases
from casebackend.clocks import jobs as clocks
from casebackend.clocks.service import recompute_provisional
from casebackend.connection import open_database
from casebackend.conversations import deliveries
from casebackend.database import Database
from casebackend.heartbeats.service import beat
from casebackend.logging import configure
from casebackend.outbox import jobs as outbox
from casebackend.outbox.jobs import Subscriber
from casebackend.outbox.queries import waiting
from casebackend.revisits import jobs as revisits
from casebackend.settings import Settings

log = structlog.get_logger()

LEASE = "worker"
TICK_SECONDS, BEAT_SECONDS, HOURLY_SECONDS = 0.5, 5, 3_600
PAUSE_SECONDS = 0.01
STUCK_AFTER_SECONDS = 60


def subscriptions(survey_delay: timedelta) -> dict[str, Sequence[Subscriber]]:
    """Every topic of the outbox that somebody waits for. A topic without a row is done when it is read."""
    return {
        "case.filed": (cases.on_filed,),
        "case.urged": (cases.on_urged,),
        "case.replied": (partial(revisits.on_replied, delay=survey_delay),),
        "clock.near_due": (cases.on_near_due,),
        "clock.overdue": (cases.on_overdue,),
    }


class Worker:
    def __init__(self, database: Database, settings: Settings, *, now: Callable[[], datetime], name: str) -> None:
        self.database = database
        self.now = now
        self.name = name
        self.subscriptions: Mapping[str, Sequence[Subscriber]] = subscriptions(
            timedelta(seconds=settings.survey_delay_seconds)
        )
        self.epoch: int | None = None
        self.renewed_at: datetime | None = None
        self.trouble_of: dict[str, str] = {}
        self.ticked = False
        self.busy = asyncio.Lock()
        self.stopping = False
        self.last_tick = time.monotonic()

    @property
    def trouble(self) -> str | None:
        """Of each job its own: a good tick says nothing about the hourly work."""
        return next(iter(self.trouble_of.values()), None)

    @asynccontextmanager
    async def _as_leader(self) -> AsyncIterator[AsyncSession]:
        """One short transaction under the present epoch; the pause after it lets the web process write."""
        if self.epoch is None:
            raise leader.Deposed
        async with self.database.transaction() as session:
            await leader.require(session, LEASE, self.epoch)
            yield session
        await asyncio.sleep(PAUSE_SECONDS)

    async def lead(self) -> bool:
        async with self.database.transaction() as session:
            self.epoch = await leader.lead(session, LEASE, self.name, now=self.now())
        self.renewed_at = self.now()
        await asyncio.sleep(PAUSE_SECONDS)
        return self.epoch is not None

    async def _still_leads(self) -> bool:
        """The lease is renewed well before it ends; whether it still holds is seen in every transaction anyway."""
        fresh = self.renewed_at is not None and abs(self.now() - self.renewed_at) < leader.LEASE / 3
        return self.epoch is not None if fresh else await self.lead()

    async def tick(self) -> None:
        """Everything that is due now. Whatever fails is tried again at the next tick. An idle tick only reads."""
        if not await self._still_leads():
            return
        async with self.database.reading() as session:
            clock_due = await clocks.anything_due(session, now=self.now())
        if clock_due:
            await self._repeat(clocks.mark_near_due, clocks.BATCH)
            await self._repeat(clocks.mark_overdue, clocks.BATCH)
        await self._drain()
        await self._surveys()
        async with self.database.reading() as session:
            in_doubt = await deliveries.anything_in_doubt(session, self.now())
        if in_doubt:
            async with self._as_leader() as session:
                await deliveries.settle_doubtful(session, self.now())

    async def _repeat(self, job: Callable[..., Awaitable[int]], batch: int) -> None:
        done = batch
        while done >= batch and not self.stopping:
            async with self._as_leader() as session:
                done = await job(session, now=self.now())

    async def _surveys(self) -> None:
        for find, act in ((revisits.due, revisits.send), (revisits.unanswered, revisits.give_up)):
            async with self.database.reading() as session:
                found = await find(session, now=self.now())
            for revisit in found:
                async with self._as_leader() as session:
                    await act(session, revisit, now=self.now())

    async def _drain(self) -> None:
        while not self.stopping and await self._waiting():
            async with self._as_leader() as session:
                messages = await outbox.claim(session, now=self.now())
            async with self._as_leader() as session:
                await outbox.carry_out(session, messages, self.subscriptions, now=self.now())

    async def _waiting(self) -> bool:
        async with self.database.reading() as session:
            return await waiting(session, now=self.now()) > 0

    async def hourly(self) -> None:
        if not await self._still_leads():
            return
        await self._repeat(cases.archive_due, cases.ARCHIVED_AT_ONCE)
        async with self._as_leader() as session:
            changed = await recompute_provisional(session)
            ends = await ends_soon(session, local_date(self.now()))
        if changed:
            log.info("clocks.recomputed", count=changed)
        if ends is not None:
            log.warning("calendar.ends_soon", reason=ends.isoformat())

    async def begin(self) -> None:
        await self.guarded(self.tick)
        await self.heartbeat()

    async def heartbeat(self) -> None:
        """None before the first tick has gone well or badly: "ready" must be true. Without a database there is
        nowhere to write it, and its age says the rest."""
        if not self.ticked and self.trouble is None:
            return
        ready, why = self.trouble is None, self.trouble
        try:
            async with self.database.transaction() as session:
                await beat(session, program="worker", instance=self.name, ready=ready, why=why, now=self.now())
        except SQLAlchemyError as error:
            log.warning("worker.no_heartbeat", error=type(error).__name__)

    async def guarded(self, job: Callable[[], Awaitable[None]]) -> None:
        """A failure is shown in the heartbeat; the next run tries again."""
        if self.stopping:
            return
        try:
            async with self.busy:
                await job()
        except leader.Deposed:
            self.epoch = None
            log.warning("worker.deposed")
        except Exception as error:  # noqa: BLE001  the edge of this program: nothing above could act on it
            self.trouble_of[job.__name__] = type(error).__name__
            log.error("worker.failed", error=type(error).__name__)  # noqa: TRY400  a message may quote a customer
        else:
            self.trouble_of.pop(job.__name__, None)
            self.ticked = self.ticked or job == self.tick
        self.last_tick = time.monotonic()

    async def resign(self) -> None:
        if self.epoch is not None:
            async with self.database.transaction() as session:
                await leader.resign(session, LEASE, self.epoch, now=self.now())


def _schedule(worker: Worker) -> AsyncIOScheduler:
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = AsyncIOScheduler(timezone=SHANGHAI, job_defaults=defaults)
    scheduler.add_job(worker.guarded, "interval", [worker.tick], seconds=TICK_SECONDS)
    scheduler.add_job(worker.guarded, "interval", [worker.hourly], seconds=HOURLY_SECONDS, next_run_time=worker.now())
    scheduler.add_job(worker.heartbeat, "interval", seconds=BEAT_SECONDS)
    scheduler.add_job(worker.begin)
    return scheduler


async def run(settings: Settings) -> int:
    """Until told to stop; non-zero when the ticking has stopped by itself, so that the supervisor starts us again."""
    database = open_database(settings)
    name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}"
    worker = Worker(database, settings, now=lambda: datetime.now(UTC), name=name)
    stopping = asyncio.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_, stopping.set)
    scheduler = _schedule(worker)
    scheduler.start()
    log.info("worker.started")
    status = 0
    while not stopping.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await stopping.wait()
        if time.monotonic() - worker.last_tick > STUCK_AFTER_SECONDS:
            log.error("worker.stuck")
            status = 70
            break
    worker.stopping = True
    if status == 0:
        async with worker.busy:
            await worker.resign()
    scheduler.shutdown(wait=False)
    await database.dispose()
    return status


def main() -> int:
    configure("worker")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    return asyncio.run(run(Settings()))  # type: ignore[call-arg]


if __name__ == "__main__":
    raise SystemExit(main())
