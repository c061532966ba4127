"""F40, F41, F43: several worker processes on one database, of which one is killed and others are paused.

At the size of `make test`; `bench/reminders.py` has that of reliability.md. Batches are so small that a few clocks make
as many transactions to be killed or paused in as thousands would.
"""

import asyncio
import os
import signal
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from casebackend.check import check
from casebackend.clocks import jobs as clocks
from casebackend.clocks.model import Timer
from casebackend.notices.model import Notice
from tests.casebackend.fleet import (
    PROBE,
    Fleet,
    all_told,
    in_hands,
    probes,
    run_out,
    stale_effects,
    told,
    until,
)  # fmt: skip
from tests.casebackend.workers import worker
from tests.world import World

TIMERS, MORE, PAUSES, BATCH, PATIENCE = 60, 10, 2, 5, 240


@pytest.mark.timeout(1_200)
async def test_four_workers_one_killed_and_leaders_paused_past_their_lease_tell_everything_once(world: World) -> None:
    cases = await in_hands(world, 3)
    await run_out(world, cases, TIMERS)

    async def begun() -> bool:
        return sum((await told(world)).values()) >= TIMERS // 10

    async with Fleet.of(world, 4, speed=10, batch=BATCH) as fleet:
        await until(begun, PATIENCE)
        fleet.kill(await fleet.a_leader(PATIENCE))
        for turn in range(PAUSES):
            paused = await fleet.pause_the_leader(PATIENCE)
            await fleet.a_leader(PATIENCE, other_than=paused)
            await run_out(world, cases, MORE, first=TIMERS + MORE * turn)
            os.kill(paused, signal.SIGCONT)
        await until(lambda: all_told(world, TIMERS + MORE * PAUSES), PATIENCE)
        await asyncio.sleep(1)
    counted = await told(world)
    assert set(counted) >= await probes(world)
    assert set(counted.values()) == {1}
    assert (await stale_effects(world))[0] == 0
    async with world.database.transaction() as session:
        causes = Counter(await session.scalars(select(Notice.cause).where(Notice.kind == "clock.overdue")))
        assert len([cause for cause in causes if "#" not in cause]) >= TIMERS
        assert [each for each in await check(session, now=world.time) if "未触发" not in each] == []


async def test_what_is_long_overdue_is_told_oldest_first_and_in_small_steps(world: World) -> None:
    """F43: a batch at a time, so that the web process gets its turns in between."""
    count = clocks.BATCH + 50
    await run_out(world, await in_hands(world, 3), count)
    ticking = worker(world)
    await ticking.lead()
    async with ticking._as_leader() as session:
        assert await clocks.strike(session, now=world.time) == clocks.BATCH
    async with world.database.transaction() as session:
        left = (await session.scalars(select(Timer).where(Timer.kind == PROBE, Timer.fired_at.is_(None)))).all()
        done = (await session.scalars(select(Timer).where(Timer.kind == PROBE, Timer.fired_at.is_not(None)))).all()
        assert (len(left), len(done)) == (50, clocks.BATCH)
        assert max(timer.due_at for timer in done) <= min(timer.due_at for timer in left) + timedelta(hours=1)
    ticking.slice_seconds = 0
    await ticking._repeat(clocks.strike, clocks.BATCH)
    assert len(await told(world)) == clocks.BATCH, "its slice is over: the others have their turn"
    ticking.slice_seconds = 600
    for _ in range(2):
        await ticking._repeat(clocks.strike, clocks.BATCH)
    counted = await told(world)
    assert set(counted.values()) == {1}
    assert len(counted) == count
