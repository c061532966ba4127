"""F43: a weekend's worth of overdue clocks, the real worker, and the web process meanwhile."""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import psutil
from sqlalchemy import func, select

from bench.bank import NULL, Load, uuid_of
from bench.serving import Meter, postmaster, signed_in, web
from casebackend.clocks.model import Timer
from casebackend.connection import open_database
from casebackend.database import Database
from casebackend.notices.model import Notice
from casebackend.organisations.model import Organisation
from casebackend.outbox.model import OutboxMessage
from casebackend.settings import Settings
from casebackend.staff.model import User
from tests.casebackend.console import live
from tests.databases import fresh_url, on_postgres
from tests.world import configured, prepare

KINDS = ("l1", "internal.investigate")
EVERY_SECONDS, PATIENCE = 0.2, 3_600
# Counting costs PostgreSQL more than telling some; so the figures may be that much too high.
LOOK_SECONDS = 3
SINCE = timedelta(days=3)


class Weekend(Load):
    """Every case is open, and both its clocks have run out within the last days: the last one is the oldest."""

    def _is_open(self, number: int) -> bool:
        return True

    def _timers(self) -> Iterator[Sequence[str]]:
        for number in range(self.cases):
            due = self.now - (number + 1) * SINCE / self.cases
            started, near = due - timedelta(days=15), due - timedelta(days=4)
            for place, kind in enumerate(KINDS):
                case, timer = uuid_of(1, number), uuid_of(5, number * 2 + place)
                yield timer, case, kind, str(started), str(started), str(near), str(due), str(near), NULL


def started(settings: Settings, log: IO[str]) -> "subprocess.Popen[bytes]":
    environment = live._environment(settings, 0)
    return subprocess.Popen([sys.executable, "-m", "casebackend.worker"], env=environment, stdout=log, stderr=log)


@dataclass(frozen=True, slots=True)
class Report:
    """`cpu`: seconds of the worker, the web process and PostgreSQL while the clocks were told."""

    struck_seconds: float
    told_seconds: float
    messages: int
    double: int
    missing: int
    out_of_order: int
    p95: float
    requests: int
    cpu: tuple[float, ...]


@asynccontextmanager
async def backlog(overdue: int) -> AsyncIterator[tuple[Settings, Database]]:
    with tempfile.TemporaryDirectory() as folder:
        async with fresh_url(prepare, Path(folder)) as url:
            settings = configured(url, Path(folder))
            database = open_database(settings)
            async with database.reading() as session:
                units = list(await session.scalars(select(Organisation.id)))
                users = list(await session.scalars(select(User.id)))
            load = Weekend(url, cases=overdue // len(KINDS), units=units, users=users, now=datetime.now(UTC))
            await asyncio.to_thread(load.run)
            yield settings, database
            await database.dispose()


async def _ask(settings: Settings, address: str, ended: asyncio.Event) -> list[float]:
    """What colleagues do meanwhile: the list, one case, and a new case."""
    seconds = []
    async with await signed_in(settings, address, "supervisor") as client:
        paths = ("/api/v1/cases/?limit=20", "/api/v1/notices/", f"/api/v1/cases/{uuid_of(1, 7)}")
        while not ended.is_set():
            for path in paths:
                start = time.perf_counter()
                (await client.get(path)).raise_for_status()
                seconds.append(time.perf_counter() - start)
                await asyncio.sleep(EVERY_SECONDS)
    return seconds


async def _left(database: Database) -> tuple[int, int]:
    unstruck = select(func.count()).select_from(Timer).where(Timer.fired_at.is_(None))
    untold = select(func.count()).where(OutboxMessage.done_at.is_(None), OutboxMessage.topic.startswith("clock."))
    async with database.reading() as session:
        return int(await session.scalar(unstruck) or 0), int(await session.scalar(untold) or 0)


async def _until_told(database: Database) -> tuple[float, float]:
    begun, struck = time.monotonic(), 0.0
    while time.monotonic() - begun < PATIENCE:
        unstruck, untold = await _left(database)
        if unstruck == 0 and struck == 0.0:
            struck = time.monotonic() - begun
        if unstruck == 0 and untold == 0:
            return struck, time.monotonic() - begun
        await asyncio.sleep(LOOK_SECONDS)
    raise TimeoutError


async def pressed(settings: Settings, database: Database) -> Report:
    ended, folder = asyncio.Event(), settings.var_dir
    with web(settings, folder / "web.log") as (serving, address), (folder / "worker.log").open("w") as log:
        asking = asyncio.create_task(_ask(settings, address, ended))
        await asyncio.sleep(3)
        worker = started(settings, log)
        engine = [postmaster()] if on_postgres() else []
        meter = Meter(psutil.Process(worker.pid), serving, *engine)
        try:
            struck, told = await _until_told(database)
            cpu = tuple(round(each, 1) for each in meter.each())
        finally:
            worker.kill()
            worker.wait()
            ended.set()
        seconds = await asking
    messages, double, missing, out_of_order = await _judged(database)
    p95 = statistics.quantiles(seconds, n=20)[-1]
    return Report(struck, told, messages, double, missing, out_of_order, p95, len(seconds), cpu)


async def _judged(database: Database) -> tuple[int, int, int, int]:
    """Messages, clocks told of twice (in the outbox or as notices), clocks without a message or a notice, and clocks
    that struck before an older one."""
    async with database.reading() as session:
        payloads = await session.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic == "clock.overdue"))
        told = Counter(payload["timer_id"] for payload in payloads)
        causes = Counter(await session.scalars(select(Notice.cause).where(Notice.kind == "clock.overdue")))
        moments = await session.execute(select(Timer.fired_at, Timer.due_at).order_by(Timer.due_at))
        every = {str(timer) for timer in await session.scalars(select(Timer.id))}
        latest, wrong = datetime.min.replace(tzinfo=UTC), 0
        for fired_at, _ in moments:
            wrong += fired_at < latest
            latest = max(latest, fired_at)
    double = sum(count > 1 for count in told.values()) + sum(count > 1 for count in causes.values())
    noticed = {cause.split(":")[1] for cause in causes}
    return sum(told.values()), double, len(every - told.keys()) + len(every - noticed), wrong
