"""SQLite is asked in one hop: what comes back is what SQLAlchemy would have had of aiosqlite's own cursor."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import column, delete, insert, select, table, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from casebackend.engines import readers, writers
from casebackend.one_hop import OneHopConnection

NOTES = table("notes", column("id"), column("words"))
SLOW = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000000) SELECT max(x) FROM n"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    made = writers(f"sqlite+aiosqlite:///{tmp_path}/hop.db", "tests")
    async with made.begin() as connection:
        await connection.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY, words TEXT UNIQUE)"))
        await connection.execute(insert(NOTES), [{"id": number, "words": f"第{number}条"} for number in (1, 2, 3)])
    yield made
    await made.dispose()


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the thread of a connection."""
    heard: list[str] = []
    usual = OneHopConnection._execute

    async def counted(self: OneHopConnection, work: Any, *given: Any, **named: Any) -> Any:
        heard.append(work.__name__)
        return await usual(self, work, *given, **named)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(OneHopConnection, "_execute", counted)
    return heard


async def test_a_statement_of_a_reader_and_its_rows_are_one_hop(
    engine: AsyncEngine, tmp_path: Path, hops: list[str]
) -> None:
    made = readers(f"sqlite+aiosqlite:///{tmp_path}/hop.db", "tests")
    async with made.connect() as connection:
        hops.clear()
        assert len((await connection.execute(select(NOTES))).all()) == 3
        assert await connection.scalar(select(NOTES.c.words).where(NOTES.c.id == 1)) == "第1条"
    assert hops == ["_ask", "_ask", "_ask", "rollback"], "BEGIN, SELECT, SELECT"
    await made.dispose()


async def test_who_holds_the_lock_of_writers_goes_to_the_thread_for_the_lock_and_the_disk_alone(
    engine: AsyncEngine, hops: list[str]
) -> None:
    async with engine.begin() as connection:
        assert len((await connection.execute(select(NOTES))).all()) == 3
        await connection.execute(update(NOTES).values(words="改过").where(NOTES.c.id == 1))
    assert hops == ["_ask", "commit", "rollback"], "BEGIN IMMEDIATE, then the end"


async def test_many_statements_of_one_write_let_others_go_first(engine: AsyncEngine) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with engine.begin() as connection:
        beside, before = asyncio.create_task(others()), turns
        for number in range(10, 3_000):
            await connection.execute(insert(NOTES).values(id=number, words=str(number)))
        beside.cancel()
        assert turns > before + 5


async def test_rows_counts_and_what_is_returned_are_those_of_the_statement(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        rows = await connection.execute(select(NOTES.c.id, NOTES.c.words).order_by(NOTES.c.id))
        assert [tuple(row) for row in rows] == [(1, "第1条"), (2, "第2条"), (3, "第3条")]
        assert (await connection.execute(update(NOTES).values(words=None).where(NOTES.c.id < 3))).rowcount == 2
        gone = await connection.execute(delete(NOTES).where(NOTES.c.id > 1).returning(NOTES.c.id))
        assert sorted(gone.scalars()) == [2, 3]
        many = [{"id": number, "words": str(number)} for number in range(10, 60)]
        await connection.execute(insert(NOTES), many)
        assert await connection.scalar(text("SELECT count(*) FROM notes")) == 51
        assert (await connection.execute(select(NOTES).where(NOTES.c.id == 99))).first() is None


async def test_what_sqlite_refuses_is_refused_and_the_connection_goes_on(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(insert(NOTES).values(id=9, words="第1条"))
        await connection.rollback()
        with pytest.raises(OperationalError) as refused:
            await connection.execute(text("SELECT nothing FROM nowhere"))
        assert isinstance(refused.value.orig, sqlite3.OperationalError)
        await connection.rollback()
        assert await connection.scalar(text("SELECT count(*) FROM notes")) == 3


async def test_who_is_given_up_in_a_statement_leaves_no_open_transaction_behind(engine: AsyncEngine) -> None:
    async def work() -> None:
        async with engine.begin() as connection:
            await connection.execute(insert(NOTES).values(id=9, words="半途"))
            await connection.execute(text(SLOW))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(work(), timeout=0.05)
    async with engine.begin() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM notes WHERE id = 9")) == 0
        await connection.execute(insert(NOTES).values(id=9, words="重来"))
