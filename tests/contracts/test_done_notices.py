"""What colleagues had been asked to do on a case that was over before notices said so waits for nobody afterwards."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy import Connection, MetaData, select, update

from casebackend.clocks.model import Timer
from casebackend.notices.model import Notice
from tests.contracts.first_version import FIRST, case, first_version, now
from tests.contracts.installation import Installation
from tests.databases import empty_url

BEFORE, DONE_NOTICES = "40ba5c5d4275", "efae05d126d6"


@pytest_asyncio.fixture
async def before(tmp_path: Path) -> AsyncIterator[Installation]:
    """With the schema that knew of no `done_at`."""
    async with empty_url(tmp_path) as url:
        here = Installation.at(url)
        await here.upgrade(FIRST)
        await first_version(here.database)
        await here.upgrade(BEFORE)
        yield here
        await here.database.dispose()


async def told(here: Installation, which: UUID, *causes: str) -> None:
    """As the version before wrote it."""
    rows = [
        {
            "id": uuid4(), "case_id": which, "cause": cause, "kind": "case.step", "template": "staff_todo",
            "values": {}, "link": "/cases/1", "level": 0, "at": now(), "needs_ack": False, "version": 1,
        }
        for cause in causes
    ]  # fmt: skip
    await written(here, "notices", rows)


async def written(here: Installation, table: str, rows: list[dict[str, Any]]) -> None:
    def write(connection: Connection) -> None:
        tables = MetaData()
        tables.reflect(connection, only=[table])
        in_sqlite = connection.dialect.name == "sqlite"
        connection.execute(
            tables.tables[table].insert(),
            [{name: value.hex if in_sqlite and isinstance(value, UUID) else value for name, value in row.items()}
             for row in rows],
        )  # fmt: skip

    async with here.database.engine.begin() as connection:
        await connection.run_sync(write)


async def waiting(here: Installation) -> set[str]:
    async with here.database.reading() as session:
        return set(await session.scalars(select(Notice.cause).where(Notice.done_at.is_(None))))


async def clock_of(here: Installation, which: UUID, *, runs: bool) -> UUID:
    """One that the case has, stopped or running on."""
    mine = Timer.case_id == which
    async with here.database.transaction() as session:
        timer = (await session.scalars(select(Timer.id).where(mine, Timer.stopped_at.is_not(None)).limit(1))).one()
        if runs:
            await session.execute(update(Timer).where(Timer.id == timer).values(stopped_at=None))
    return timer


async def test_on_a_finished_case_what_was_asked_is_done_and_what_is_still_owed_waits(before: Installation) -> None:
    closed, open_ = case("closed"), case("open")
    stopped = await clock_of(before, closed, runs=False)
    ended = [
        f"step:{closed}:1", f"step:{closed}:1#1", f"assigned:{closed}:1", f"urged:{closed}:1",
        f"decision:{closed}:sign:1", "task:1", "task-late:1:2", "extension-asked:1", "material:1:3",
        f"clock.overdue:{stopped}:3", "supervised:7",
    ]  # fmt: skip
    owed = [f"undelivered:{closed}:message:1", "owed:1:2:3", "review:1:asked", f"void:{closed}:2", "news:1"]
    await told(before, closed, *ended, *owed)
    await told(before, open_, f"step:{open_}:1", f"todo:{open_}:1")
    was = await asked(before)
    await before.upgrade(DONE_NOTICES)
    left = await waiting(before)
    assert left & set(ended) == set()
    assert left == was - set(ended)
    async with before.database.reading() as session:
        done = set(await session.scalars(select(Notice.done_at).where(Notice.done_at.is_not(None))))
    assert done == {now()}, "not before they were told"


async def asked(here: Installation) -> set[str]:
    async with here.database.reading() as session:
        return set(await session.scalars(select(Notice.cause)))


async def test_a_clock_that_runs_on_after_its_case_goes_on_reminding(before: Installation) -> None:
    closed = case("closed")
    timer = await clock_of(before, closed, runs=True)
    await told(before, closed, f"clock.overdue:{timer}:3", f"clock.overdue:{timer}:3#1", f"clock.near_due:{uuid4()}:1")
    await before.upgrade(DONE_NOTICES)
    left = {each for each in await waiting(before) if each.startswith("clock.") and str(timer) in each}
    assert left == {f"clock.overdue:{timer}:3", f"clock.overdue:{timer}:3#1"}
    assert not {each for each in await waiting(before) if each.startswith("clock.near_due")}


async def test_a_demand_that_nobody_has_met_waits_on(before: Installation) -> None:
    closed = case("closed")
    await told(before, closed, "supervised:7", "supervision.replied:8")
    await written(before, "supervisions", [
        {
            "id": uuid4(), "case_id": closed, "timer_id": uuid4(), "source": "internal", "demand": "请查明",
            "opened_by": uuid4(), "opened_by_name": "张", "opened_at": now(), "due_at": now() + timedelta(days=1),
            "state": "open", "version": 1,
        }
    ])  # fmt: skip
    await before.upgrade(DONE_NOTICES)
    assert {"supervised:7", "supervision.replied:8"} <= await waiting(before)
