"""The second process: it wakes, guards and schedules what `chores` does, and says how it is.

APScheduler only wakes it; business time lives in rows. Started twice, one leads and the other waits.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import SQLAlchemyError

from casebackend import leader
from casebackend.calendar.rules import SHANGHAI
from casebackend.chores import Chores
from casebackend.connection import open_database
from casebackend.database import Database
from casebackend.heartbeats.service import beat
from casebackend.logging import configure, why_no_log
from casebackend.settings import Settings

log = structlog.get_logger()

TICK_SECONDS, POST_SECONDS, BEAT_SECONDS, HOURLY_SECONDS = 0.5, 1, 5, 3_600
STUCK_AFTER_SECONDS = 45
EXIT_STUCK = 70
JUMP_SECONDS = 5
# So long a mail that is on its way may keep us at the end.
STOP_SECONDS = 5


class Worker(Chores):
    def __init__(self, database: Database, settings: Settings, *, now: Callable[[], datetime], name: str) -> None:
        super().__init__(database, settings, now=now, name=name)
        self.trouble_of: dict[str, str] = {}
        self.ticked = False
        self.busy = asyncio.Lock()
        self.posting = asyncio.Lock()
        self.looking = asyncio.Lock()
        self.exporting = asyncio.Lock()
        self.indexing = asyncio.Lock()
        self.last_tick = time.monotonic()

    @property
    def trouble(self) -> str | None:
        """Of each job its own: a good tick says nothing about the hourly work."""
        return next(iter(self.trouble_of.values()), None)

    async def begin(self) -> None:
        await self.guarded(self.tick)
        await self.heartbeat()

    async def heartbeat(self) -> None:
        """None before the first tick has gone well or badly: "ready" must be true. Without a database there is
        nowhere to write it, and its age says the rest."""
        if not self.ticked and self.trouble is None:
            return
        why = self.trouble or why_no_log()
        ready = why is None
        try:
            async with self.database.transaction() as session:
                await beat(session, program="worker", instance=self.name, ready=ready, why=why, now=self.now())
        except SQLAlchemyError as error:
            log.warning("worker.no_heartbeat", error=type(error).__name__)

    async def guarded(self, job: Callable[[], Awaitable[None]]) -> None:
        """A failure is shown in the heartbeat; the next run tries again."""
        if self.stopping:
            return
        went_well = await self._carefully(job, self.busy)
        self.ticked = self.ticked or (went_well and job == self.tick)
        self.last_tick = time.monotonic()

    async def posted(self) -> None:
        if not self.stopping:
            await self._carefully(self.post, self.posting)

    async def looked_through(self) -> None:
        if not self.stopping:
            await self._carefully(self.look_through_files, self.looking)

    async def exported(self) -> None:
        if not self.stopping:
            await self._carefully(self.make_exports, self.exporting)

    async def indexed(self) -> None:
        if not self.stopping:
            await self._carefully(self.keep_index, self.indexing)

    async def _carefully(self, job: Callable[[], Awaitable[None]], alone: asyncio.Lock) -> bool:
        try:
            async with alone:
                await job()
        except leader.Deposed:
            self.epoch = None
            log.warning("worker.deposed")
        except Exception as error:  # noqa: BLE001  the edge of this program: nothing above could act on it
            self.trouble_of[job.__name__] = type(error).__name__
            log.error("worker.failed", error=type(error).__name__)  # noqa: TRY400  a message may quote a customer
        else:
            self.trouble_of.pop(job.__name__, None)
            return True
        return False


def _schedule(worker: Worker) -> AsyncIOScheduler:
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler = AsyncIOScheduler(timezone=SHANGHAI, job_defaults=defaults)
    scheduler.add_job(worker.guarded, "interval", [worker.tick], seconds=TICK_SECONDS)
    scheduler.add_job(worker.posted, "interval", seconds=POST_SECONDS)
    scheduler.add_job(
        worker.guarded, "interval", [worker.tidy_files], seconds=HOURLY_SECONDS, next_run_time=worker.now()
    )
    scheduler.add_job(worker.looked_through, "interval", seconds=POST_SECONDS)
    scheduler.add_job(worker.exported, "interval", seconds=POST_SECONDS)
    scheduler.add_job(worker.indexed, "interval", seconds=POST_SECONDS)
    scheduler.add_job(worker.guarded, "interval", [worker.hourly], seconds=HOURLY_SECONDS, next_run_time=worker.now())
    scheduler.add_job(worker.heartbeat, "interval", seconds=BEAT_SECONDS)
    scheduler.add_job(worker.begin)
    return scheduler


def _drift() -> float:
    return time.time() - time.monotonic()


def _wake(scheduler: AsyncIOScheduler, worker: Worker) -> None:
    """It reckons by the wall clock: set back by an hour, it would sleep for an hour."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=worker.now())


async def run(settings: Settings) -> int:
    """Until told to stop; non-zero when the ticking has stopped by itself, so that the supervisor starts us again."""
    name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}"
    database = open_database(settings, name=leader.session_name(name))
    worker = Worker(database, settings, now=lambda: datetime.now(UTC), name=name)
    stopping = asyncio.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_, stopping.set)
    scheduler = _schedule(worker)
    scheduler.start()
    log.info("worker.started")
    status, drift = 0, _drift()
    while not stopping.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await stopping.wait()
        if abs(_drift() - drift) > JUMP_SECONDS:
            log.error("clock.jumped", seconds=round(_drift() - drift))
            drift = _drift()
            _wake(scheduler, worker)
        if time.monotonic() - worker.last_tick > STUCK_AFTER_SECONDS:
            log.error("worker.stuck")
            status = EXIT_STUCK
            break
    worker.stopping = True
    if status == 0:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS), worker.posting:
                pass
        async with worker.busy:
            await worker.resign()
    scheduler.shutdown(wait=False)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            await database.dispose()
    return status


def main() -> int:
    configure("worker")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    with asyncio.Runner() as runner:
        status = runner.run(run(Settings()))  # type: ignore[call-arg]
        if status:
            # What hangs would hang at the end as well: on SQLite a connection whose closing was cancelled never closes.
            # Whatever is not committed has not happened.
            logging.shutdown()
            os._exit(status)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
