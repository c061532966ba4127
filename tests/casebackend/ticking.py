"""A worker process of its own for those that kill and stop some. Its clock runs `speed` times as fast as ours.

Each of its effects leaves a line in `worker_trace`, in the same transaction: of which epoch it was, or that it was
refused because another epoch leads by now.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import leader
from casebackend.clocks import jobs as clocks
from casebackend.connection import open_database
from casebackend.database import Database
from casebackend.outbox import jobs as outbox
from casebackend.worker import Worker
from tests.world import configured

TRACE = "INSERT INTO worker_trace (pid, epoch, refused) VALUES (:pid, :epoch, :refused)"


@dataclass(frozen=True, slots=True)
class Clockwork:
    """`began` is by the wall clock: all processes agree on what time it is. With a small `batch` few clocks make many
    transactions."""

    url: str
    var: Path
    start: datetime
    began: float
    speed: float
    batch: int | None = None

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.speed * (time.time() - self.began))


async def make_trace(database: Database) -> None:
    key = "INTEGER PRIMARY KEY AUTOINCREMENT" if database.is_sqlite else "BIGSERIAL PRIMARY KEY"
    columns = f"id {key}, pid INTEGER NOT NULL, epoch INTEGER NOT NULL, refused BOOLEAN NOT NULL"
    async with database.transaction() as session:
        await session.execute(text(f"CREATE TABLE IF NOT EXISTS worker_trace ({columns})"))


class Traced(Worker):
    @asynccontextmanager
    async def _as_leader(self) -> AsyncIterator[AsyncSession]:
        epoch = self.epoch
        try:
            async with super()._as_leader() as session:
                await self._note(session, epoch, refused=False)
                yield session
        except leader.Deposed:
            if epoch is not None:
                async with self.database.transaction() as session:
                    await self._note(session, epoch, refused=True)
            raise

    async def _note(self, session: AsyncSession, epoch: int | None, *, refused: bool) -> None:
        await session.execute(text(TRACE), {"pid": os.getpid(), "epoch": epoch, "refused": refused})


async def _tick_for_ever(clockwork: Clockwork) -> None:
    settings = configured(clockwork.url, clockwork.var)
    name = f"pid-{os.getpid()}"
    database = open_database(settings, name=leader.session_name(name))
    worker = Traced(database, settings, now=clockwork.now, name=name)
    while True:
        try:
            await worker.guarded(worker.tick)
        except SQLAlchemyError:
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.02)


def run(clockwork: Clockwork) -> None:
    if clockwork.batch is not None:
        clocks.BATCH = outbox.BATCH = outbox.MOST = clockwork.batch
    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(quiet, stream)
    asyncio.run(_tick_for_ever(clockwork))
