"""F40, F41, F43: several worker processes on one database, of which one is killed and others are paused.

At the size of `make test`; `TINGSU_TIMERS=10000 TINGSU_PAUSES=500` is that of reliability.md. On PostgreSQL a leader
that is paused within a transaction keeps the lead until the server ends its session, 30 s later.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select

from casebackend.check import check
from casebackend.chores import LEASE
from casebackend.clocks import jobs as clocks
from casebackend.clocks import service
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import Term, Unit
from casebackend.leader import LeaderLease
from casebackend.notices.model import Notice
from casebackend.outbox.model import OutboxMessage
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.workers import worker
from tests.world import World

TIMERS = int(os.environ.get("TINGSU_TIMERS", "120"))
PAUSES = int(os.environ.get("TINGSU_PAUSES", "1"))
PATIENCE = 150 + TIMERS / 5
PROBE = "internal.probe"


async def due_timers(world: World, count: int) -> list[UUID]:
    """So many clocks that have all run out, of different ages, over a few cases in somebody's hands."""
    cases = [(await filed(world, sender=f"customer-{number}")).case_id for number in range(3)]
    desk = Desk(world)
    for case in cases:
        await desk.investigating(case)
    term = Term("演练", Decimal(1), Unit.CALENDAR_DAYS)
    timers = []
    async with world.database.transaction() as session:
        for number in range(count):
            at = world.time - timedelta(days=2 + number % 7, minutes=number % 600)
            case = cases[number % len(cases)]
            timers.append(await service.made(session, case, PROBE, at=at, seq=number + 1, term=term))
        session.add_all(timers)
        await session.flush()
        return [timer.id for timer in timers]


@contextmanager
def workers(world: World, count: int) -> Iterator[dict[int, subprocess.Popen[bytes]]]:
    url = world.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.casebackend.ticking", url, str(world.settings.var_dir)]
    environment = os.environ | {"TICKING_SINCE": str(time.time())}
    command.append(world.time.isoformat())
    started = [
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(count)
    ]
    try:
        yield {process.pid: process for process in started}
    finally:
        for process in started:
            process.kill()
            process.wait()


async def leading(world: World) -> int:
    async with world.database.reading() as session:
        holder = await session.scalar(select(LeaderLease.holder).where(LeaderLease.name == LEASE))
    return int((holder or "pid-0").removeprefix("pid-"))


async def told(world: World) -> Counter[str]:
    """By timer: the messages that the strikes have left."""
    async with world.database.reading() as session:
        payloads = await session.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic == "clock.overdue"))
        return Counter(payload["timer_id"] for payload in payloads)


async def open_messages(world: World) -> int:
    async with world.database.reading() as session:
        return int(
            await session.scalar(
                select(func.count()).where(OutboxMessage.topic == "clock.overdue", OutboxMessage.done_at.is_(None))
            )
            or 0
        )


async def until(condition: object, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not await condition():  # type: ignore[operator]
        assert time.monotonic() < end, "not in time"
        await asyncio.sleep(0.05)


@pytest.mark.timeout(600 + TIMERS + 60 * PAUSES)
async def test_four_workers_one_killed_and_leaders_paused_past_their_lease_tell_everything_once(world: World) -> None:
    timers = await due_timers(world, TIMERS)

    async def begun() -> bool:
        return sum((await told(world)).values()) >= TIMERS // 10

    async def somebody_else_leads() -> bool:
        return await leading(world) not in gone

    async def all_done() -> bool:
        return len(await told(world)) >= TIMERS and await open_messages(world) == 0

    gone: set[int] = set()
    with workers(world, 4) as processes:
        await until(begun, PATIENCE)
        gone = {await leading(world)}
        processes[next(iter(gone))].kill()
        await until(somebody_else_leads, PATIENCE)
        for _ in range(PAUSES):
            paused = await leading(world)
            gone = {paused}
            processes[paused].send_signal(signal.SIGSTOP)
            await until(somebody_else_leads, PATIENCE)
            processes[paused].send_signal(signal.SIGCONT)
        await until(all_done, PATIENCE)
        await asyncio.sleep(1)
    counted = await told(world)
    assert set(counted) >= {str(timer) for timer in timers}
    assert set(counted.values()) == {1}
    async with world.database.transaction() as session:
        causes = Counter(await session.scalars(select(Notice.cause).where(Notice.kind == "clock.overdue")))
        assert len([cause for cause in causes if "#" not in cause]) >= TIMERS
        assert [each for each in await check(session, now=world.time) if "未触发" not in each] == []


async def test_what_is_long_overdue_is_told_oldest_first_and_in_small_steps(world: World) -> None:
    """F43: a batch at a time, so that the web process gets its turns in between."""
    count = clocks.BATCH + 50
    await due_timers(world, count)
    ticking = worker(world)
    await ticking.lead()
    async with ticking._as_leader() as session:
        assert await clocks.strike(session, now=world.time) == clocks.BATCH
    async with world.database.transaction() as session:
        left = (await session.scalars(select(Timer).where(Timer.kind == PROBE, Timer.fired_at.is_(None)))).all()
        done = (await session.scalars(select(Timer).where(Timer.kind == PROBE, Timer.fired_at.is_not(None)))).all()
        assert (len(left), len(done)) == (50, clocks.BATCH)
        assert max(timer.due_at for timer in done) <= min(timer.due_at for timer in left) + timedelta(hours=1)
    for _ in range(2):
        await ticking._repeat(clocks.strike, clocks.BATCH)
    counted = await told(world)
    assert set(counted.values()) == {1}
    assert len(counted) == count
