"""Several worker processes on one database, of which some are killed and others are paused; and what they have done."""

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from typing import Self
from uuid import UUID

from sqlalchemy import func, select, text

from casebackend.clocks import service
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import Term, Unit
from casebackend.leader import LeaderLease
from casebackend.leading import LEASE
from casebackend.outbox.model import OutboxMessage
from tests.casebackend import ticking
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.ticking import Clockwork
from tests.world import World

PROBE, TOLD = "internal.probe", "clock.overdue"
TERM = Term("演练", Decimal(24), Unit.HOURS)
TOGETHER = 500


class NotInTime(AssertionError):
    pass


async def until(condition: Callable[[], Awaitable[bool]], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > end:
            raise NotInTime
        await asyncio.sleep(0.05)


async def in_hands(world: World, count: int) -> list[UUID]:
    """So many cases that somebody investigates."""
    cases = [(await filed(world, sender=f"customer-{number}")).case_id for number in range(count)]
    desk = Desk(world)
    for case in cases:
        await desk.investigating(case)
    return cases


async def run_out(world: World, cases: Sequence[UUID], count: int, *, first: int = 0) -> None:
    """So many clocks that have all run out, of different ages, spread over the cases."""
    for begin in range(first, first + count, TOGETHER):
        timers = []
        async with world.database.transaction() as session:
            for number in range(begin, min(begin + TOGETHER, first + count)):
                at = world.time - timedelta(days=2 + number % 7, minutes=number % 600)
                case = cases[number % len(cases)]
                timers.append(await service.made(session, case, PROBE, at=at, seq=number + 1, term=TERM))
            session.add_all(timers)


async def probes(world: World) -> set[str]:
    async with world.database.reading() as session:
        return {str(each) for each in await session.scalars(select(Timer.id).where(Timer.kind == PROBE))}


async def told(world: World) -> Counter[str]:
    """By timer: the messages that the strikes have left."""
    async with world.database.reading() as session:
        payloads = await session.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic == TOLD))
        return Counter(payload["timer_id"] for payload in payloads)


async def open_messages(world: World) -> int:
    query = select(func.count()).where(OutboxMessage.topic == TOLD, OutboxMessage.done_at.is_(None))
    async with world.database.reading() as session:
        return int(await session.scalar(query) or 0)


async def all_told(world: World, count: int) -> bool:
    query = select(func.count()).where(OutboxMessage.topic == TOLD, OutboxMessage.done_at.is_not(None))
    async with world.database.reading() as session:
        return int(await session.scalar(query) or 0) >= count and await open_messages(world) == 0


class Fleet:
    """Kept at `size`: whoever is killed is replaced. Processes are forked from one that has loaded everything."""

    def __init__(self, world: World, size: int, *, speed: float, batch: int | None = None) -> None:
        self.world, self.size = world, size
        url = world.database.engine.url.render_as_string(hide_password=False)
        self.clockwork = Clockwork(url, world.settings.var_dir, world.time, time.time(), speed, batch)
        self.context = get_context("forkserver")
        self.context.set_forkserver_preload(["tests.casebackend.ticking"])
        self.processes: dict[int, ForkServerProcess] = {}

    @classmethod
    @asynccontextmanager
    async def of(cls, world: World, size: int, *, speed: float = 5, batch: int | None = None) -> AsyncIterator[Self]:
        await ticking.make_trace(world.database)
        fleet = cls(world, size, speed=speed, batch=batch)
        fleet.fill()
        try:
            yield fleet
        finally:
            for pid in list(fleet.processes):
                fleet.kill(pid)

    def fill(self) -> None:
        while len(self.processes) < self.size:
            process = self.context.Process(target=ticking.run, args=(self.clockwork,), daemon=True)
            process.start()
            assert process.pid is not None
            self.processes[process.pid] = process

    def kill(self, pid: int) -> None:
        process = self.processes.pop(pid)
        process.kill()
        process.join()

    def kill_one(self, dice: random.Random) -> None:
        self.kill(dice.choice(sorted(self.processes)))
        self.fill()

    async def leading(self) -> int | None:
        """The process that holds the lead, if it is still there and its lease runs."""
        query = select(LeaderLease.holder, LeaderLease.until).where(LeaderLease.name == LEASE)
        async with self.world.database.reading() as session:
            found = (await session.execute(query)).one_or_none()
        if found is None or found.until <= self.clockwork.now():
            return None
        pid = int(found.holder.removeprefix("pid-"))
        return pid if pid in self.processes else None

    async def a_leader(self, seconds: float, *, other_than: int | None = None) -> int:
        found: list[int] = []

        async def leads() -> bool:
            pid = await self.leading()
            found.extend([pid] if pid is not None and pid != other_than else [])
            return bool(found)

        await until(leads, seconds)
        return found[0]

    async def pause_the_leader(self, seconds: float) -> int:
        """Until somebody else leads. On SQLite whoever stops within a transaction stops every writer of the file; there
        another moment is taken."""
        while True:
            paused = await self.a_leader(seconds)
            os.kill(paused, signal.SIGSTOP)
            if self._can_write():
                return paused
            os.kill(paused, signal.SIGCONT)
            await asyncio.sleep(0.05)

    def _can_write(self) -> bool:
        if not self.world.database.is_sqlite:
            return True
        file = sqlite3.connect(str(self.world.database.engine.url.database), isolation_level=None, timeout=2)
        try:
            file.execute("BEGIN IMMEDIATE")
            file.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
        finally:
            file.close()
        return True


async def stale_effects(world: World) -> tuple[int, int]:
    """Effects of an epoch after one of a later epoch; and how many were tried and refused. The lease row is locked
    before the line is written, so the lines of an epoch stand together."""
    async with world.database.reading() as session:
        rows = await session.execute(text("SELECT epoch, refused FROM worker_trace ORDER BY id"))
        latest = stale = refused = 0
        for epoch, was_refused in rows:
            if was_refused:
                refused += 1
            else:
                stale += epoch < latest
                latest = max(latest, epoch)
    return stale, refused
