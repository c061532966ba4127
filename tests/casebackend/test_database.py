"""What everybody relies on: whole transactions, aware times, writers that wait, pollers that wake."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import failpoints
from casebackend.api.tokens import IssueToken
from casebackend.check import check
from casebackend.connection import open_database
from casebackend.conversations.model import Message
from casebackend.database import Base, Database, announce
from casebackend.heartbeats.model import Heartbeat
from casebackend.heartbeats.service import beat
from casebackend.organisations.model import Organisation
from casebackend.tokens import service as tokens
from ops.demo import ROOT
from tests.databases import on_postgres
from tests.world import START, World

SHANGHAI = timezone(timedelta(hours=8))


class BrokenOff(Exception):
    pass


@pytest.fixture
def database(world: World) -> Database:
    return world.database


@pytest_asyncio.fixture
async def other(world: World) -> AsyncIterator[Database]:
    """The same database as another program opens it."""
    opened = open_database(world.settings)
    yield opened
    await opened.dispose()


async def write(database: Database, at: datetime, *, instance: str = "one") -> None:
    async with database.transaction() as session:
        await beat(session, program="bot", instance=instance, ready=True, why=None, now=at)


async def beats(database: Database) -> list[tuple[datetime, str | None]]:
    async with database.reading() as session:
        found = await session.execute(select(Heartbeat.at, Heartbeat.why).where(Heartbeat.program == "bot"))
        return [(at, why) for at, why in found]


async def broken_off(database: Database) -> None:
    """Something goes wrong after the writing."""
    async with database.transaction() as session:
        announce(session, "turns")
        await beat(session, program="bot", instance="one", ready=True, why=None, now=START)
        raise BrokenOff


async def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        await write(database, datetime(2026, 3, 2, 10))  # noqa: DTZ001
    assert await beats(database) == []


async def test_an_aware_time_comes_back_as_the_same_moment_in_utc(database: Database, other: Database) -> None:
    at = datetime(2026, 3, 2, 10, 30, 15, 123456, tzinfo=SHANGHAI)
    await write(database, at)
    [(stored_at, _)] = await beats(other)
    assert stored_at == at
    assert stored_at.tzinfo is UTC
    async with other.reading() as session:
        earlier = select(func.count()).where(Heartbeat.program == "bot", Heartbeat.at < at.astimezone(UTC))
        assert await session.scalar(earlier) == 0
        assert await session.scalar(select(func.count()).where(Heartbeat.program == "bot", Heartbeat.at <= at)) == 1


async def test_a_transaction_is_kept_whole_or_not_at_all(database: Database) -> None:
    with pytest.raises(BrokenOff):
        await broken_off(database)
    assert await beats(database) == []


async def beat_while_reading(database: Database) -> None:
    async with database.reading() as session:
        await beat(session, program="bot", instance="one", ready=True, why=None, now=START)


async def test_what_writes_while_reading_is_refused_and_nothing_of_it_is_kept(database: Database) -> None:
    with pytest.raises(DBAPIError):
        await beat_while_reading(database)
    assert await beats(database) == []


async def lead_nowhere(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(update(Organisation).values(parent_id=uuid4()))


async def test_a_key_that_leads_nowhere_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await lead_nowhere(database)


@pytest.mark.parametrize("same_program", [True, False])
async def test_a_second_writer_waits_instead_of_failing(
    database: Database, other: Database, same_program: bool
) -> None:
    """Both count in one row: neither may see what the other has not committed."""
    second = database if same_program else other
    async with database.transaction() as session:
        await beat(session, program="bot", instance="one", ready=True, why="0", now=START)

    async def count(through: Database) -> None:
        for _ in range(10):
            async with through.transaction() as session:
                held = await session.scalar(select(Heartbeat).where(Heartbeat.program == "bot").with_for_update())
                assert held is not None
                await asyncio.sleep(0.002)
                held.why = str(int(held.why or 0) + 1)

    await asyncio.gather(count(database), count(second))
    assert [why for _, why in await beats(database)] == ["20"]


@pytest.mark.skipif(on_postgres(), reason="the settings of PostgreSQL belong to whoever runs it")
async def test_f21_what_sqlite_has_acknowledged_lies_on_the_disk(database: Database) -> None:
    """FULL: the log of writes is synced before a commit is answered. NORMAL may lose the last ones with the power."""
    async with database.transaction() as session:
        asked = {name: await session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")}
    assert asked == {"journal_mode": "wal", "synchronous": 2}


ENDED = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"
only_postgres = pytest.mark.skipif(not on_postgres(), reason="SQLite has one writer: nobody is ended for another")


@only_postgres
async def test_f25_two_that_wait_for_each_other_are_both_done_in_the_end(database: Database, other: Database) -> None:
    for name in ("a", "b"):
        await write(database, START, instance=name)
    both_hold_one, tries = asyncio.Barrier(2), 0

    async def count(session: AsyncSession, first: str, second: str) -> None:
        nonlocal tries
        tries += 1
        await session.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
        for name in (first, second):
            held = await session.scalar(select(Heartbeat).where(Heartbeat.instance == name).with_for_update())
            assert held is not None
            held.why = str(int(held.why or 0) + 1)
            await session.flush()
            if name == first and tries <= 2:
                await both_hold_one.wait()

    await asyncio.gather(
        database.whole(lambda session: count(session, "a", "b")), other.whole(lambda session: count(session, "b", "a"))
    )
    assert tries > 2
    assert sorted(why or "" for _, why in await beats(database)) == ["2", "2"]


@only_postgres
@pytest.mark.parametrize("ended", [3, 4])
async def test_f25_what_is_ended_for_another_is_tried_again_three_times_at_most(database: Database, ended: int) -> None:
    """Each time from the beginning: nothing of an earlier try is kept."""
    tries = 0

    async def work(session: AsyncSession) -> None:
        nonlocal tries
        tries += 1
        await beat(session, program="bot", instance=f"try {tries}", ready=True, why=str(tries), now=START)
        await session.flush()
        if tries <= ended:
            await session.execute(text(ENDED))

    with pytest.raises(OperationalError) if ended > 3 else nullcontext():
        await database.whole(work)
    assert tries == 4
    assert [why for _, why in await beats(database)] == ([] if ended > 3 else ["4"])


@only_postgres
async def test_who_locks_a_row_that_was_read_before_gets_it_as_it_stands_now(world: World, other: Database) -> None:
    command = IssueToken(name="watch", scopes=["metrics"], days=3)
    async with world.database.transaction() as session:
        token, _ = await tokens.issue(session, command, scopes=frozenset({"metrics"}), by="test", now=START)
    async with world.database.transaction() as session:
        read = await tokens.held(session, token.id, to_change=False)
        async with other.transaction() as meanwhile:
            await tokens.revoke(meanwhile, await tokens.held(meanwhile, token.id), by="test", now=START)
        assert read.revoked_at is None
        assert (await tokens.held(session, token.id)).revoked_at == START


def test_rows_with_a_version_are_locked_in_that_one_way() -> None:
    """`session.get` with a lock refuses what has changed since it was read, instead of giving it."""
    versioned = {mapper.class_.__name__ for mapper in Base.registry.mappers if mapper.version_id_col is not None}
    asked = re.compile(r"\.get(?:_one)?\(\s*(\w+),[^)]*with_for_update=")
    found = {
        (path.name, name)
        for path in (ROOT / "casebackend").rglob("*.py")
        for name in asked.findall(path.read_text())
        if name in versioned
    }
    assert versioned >= {"Case", "Supervision", "ServiceToken"}
    assert found == set()


async def test_a_reader_is_not_held_up_by_a_writer_and_sees_only_what_is_committed(
    database: Database, other: Database
) -> None:
    async with database.transaction() as session:
        await beat(session, program="bot", instance="one", ready=True, why=None, now=START)
        async with asyncio.timeout(1):
            assert await beats(other) == []
    assert len(await beats(other)) == 1


async def test_pollers_wake_after_the_commit_and_not_after_a_rollback(database: Database) -> None:
    async def woken(seconds: float) -> bool:
        began = asyncio.get_running_loop().time()
        await database.signals.wait("turns", seconds)
        return asyncio.get_running_loop().time() - began < seconds / 2

    waiting = asyncio.create_task(woken(4))
    await asyncio.sleep(0)
    with pytest.raises(BrokenOff):
        await broken_off(database)
    await asyncio.sleep(0.05)
    assert not waiting.done()
    async with database.transaction() as session:
        announce(session, "turns")
        await session.execute(text("SELECT 1"))
        await asyncio.sleep(0.05)
        assert not waiting.done()
    assert await waiting


async def test_f27_whoever_hangs_up_half_way_leaves_a_whole_effect_and_no_open_transaction(world: World) -> None:
    failpoints.arm("inbox.before_insert", "sleep:100")
    try:
        calls = [asyncio.create_task(world.says("你好", external_id=f"m{place}")) for place in range(5)]
        await asyncio.sleep(0.05)
        for call in calls:
            call.cancel()
        assert all(
            isinstance(each, asyncio.CancelledError) for each in await asyncio.gather(*calls, return_exceptions=True)
        )
        for _ in range(100):
            if await stored(world) == 5:
                break
            await asyncio.sleep(0.02)
    finally:
        failpoints.disarm()
    receipt = await world.says("你好", external_id="m1")
    assert receipt.duplicate
    pool: Any = world.database.engine.sync_engine.pool
    assert pool.checkedout() == 0
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def stored(world: World) -> int:
    async with world.database.reading() as session:
        found = select(func.count()).where(Message.external_id.is_not(None))
        return int(await session.scalar(found) or 0)
