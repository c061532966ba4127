"""The program around the work: what ends it, and what wakes it."""

import asyncio
import subprocess
import sys
from datetime import timedelta

import pytest
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from casebackend import leader
from casebackend import worker as program
from casebackend.connection import open_database
from casebackend.leader import LeaderLease
from casebackend.leading import LEASE
from tests.casebackend.workers import worker
from tests.databases import on_postgres
from tests.world import World


async def test_a_scheduler_that_dies_ends_its_process_so_that_the_supervisor_starts_it_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F42: the process would live on without ever ticking again."""
    assert program.STUCK_AFTER_SECONDS < 60
    monkeypatch.setattr(program, "STUCK_AFTER_SECONDS", 3)
    real, passed = AsyncIOScheduler._process_jobs, []

    def dies(self: AsyncIOScheduler) -> float:
        passed.append(1)
        if len(passed) > 3:
            raise JobLookupError("tick")
        return float(real(self))

    monkeypatch.setattr(AsyncIOScheduler, "_process_jobs", dies)
    async with asyncio.timeout(120):
        assert await program.run(world.settings) == 70


STUCK = """
import asyncio
from casebackend import worker

async def hangs():
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass

async def run(settings):
    task = asyncio.create_task(hangs())
    await asyncio.sleep(0)
    return worker.EXIT_STUCK if task else 0

worker.run, worker.Settings = run, lambda: None
raise SystemExit(worker.main())
"""


def test_a_worker_that_is_stuck_ends_even_where_something_of_it_never_lets_go() -> None:
    """F44 on SQLite: the process said that it was stuck, and then waited for ever for a connection to close."""
    ended = subprocess.run([sys.executable, "-c", STUCK], timeout=240, check=False)
    assert ended.returncode == program.EXIT_STUCK


async def test_after_the_clock_was_set_back_all_work_goes_on_at_once(world: World) -> None:
    """F44: the scheduler reckons by the wall clock and would sleep as long as the clock was set back."""
    ticking = worker(world)
    scheduler = program._schedule(ticking)
    scheduler.start(paused=True)
    for job in scheduler.get_jobs():
        job.modify(next_run_time=world.time + timedelta(days=1))
    program._wake(scheduler, ticking)
    assert {job.next_run_time for job in scheduler.get_jobs()} == {world.time}
    scheduler.shutdown(wait=False)


async def test_a_lease_of_a_future_that_was_taken_back_binds_nobody(world: World) -> None:
    gone, successor = worker(world, "gone"), worker(world, "successor")
    world.wait(days=1)
    assert await gone.lead()
    world.wait(days=-1)
    assert await successor.lead()
    assert await gone.lead() is False
    async with world.database.reading() as session:
        assert (await session.scalars(select(LeaderLease.epoch).where(LeaderLease.name == LEASE))).one() == 2


@pytest.mark.skipif(not on_postgres(), reason="SQLite has one writer, and whoever stops within it stops all")
async def test_a_leader_that_sleeps_within_a_transaction_loses_the_lease_row_with_the_lease(world: World) -> None:
    sleeper, successor = worker(world, "sleeper"), worker(world, "successor")
    sleeper.database = open_database(world.settings, name=leader.session_name("sleeper"))
    assert await sleeper.lead()

    async def falls_asleep() -> None:
        async with sleeper._as_leader() as session:
            assert await successor.lead() is False
            world.wait(seconds=20)
            assert await successor.lead()
            await session.execute(select(LeaderLease))

    with pytest.raises(OperationalError):
        await falls_asleep()
    await sleeper.database.dispose()
