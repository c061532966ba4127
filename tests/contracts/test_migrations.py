"""The migrations and the models are one schema, on the database in force."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect

import casebackend
from casebackend.database import Database
from casebackend.schema import METADATA
from casebackend.seed import seed
from tests.contracts.first_version import FIRST, first_version
from tests.databases import empty_url, on_postgres
from tests.world import START


class Torn(Exception):
    """The process is gone in the middle of a migration."""


class Installation:
    """A bank that installs us, or a newer version of us."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.config = Config()
        self.config.set_main_option("script_location", str(Path(casebackend.__file__).parent / "migrations"))
        self.config.attributes["database"] = database

    async def upgrade(self, to: str = "head") -> None:
        await asyncio.to_thread(command.upgrade, self.config, to)

    async def difference(self) -> None:
        """Raises when the models are no longer what the migrations make."""
        await asyncio.to_thread(command.check, self.config)

    async def tables(self) -> set[str]:
        def names(connection: Connection) -> set[str]:
            return set(inspect(connection).get_table_names())

        async with self.database.engine.connect() as connection:
            return await connection.run_sync(names)

    async def columns(self) -> dict[str, set[str]]:
        def names(connection: Connection) -> dict[str, set[str]]:
            found = inspect(connection)
            return {table: {column["name"] for column in found.get_columns(table)} for table in found.get_table_names()}

        async with self.database.engine.connect() as connection:
            return await connection.run_sync(names)

    async def torn_at(self, statement: int, to: str = "head") -> bool:
        """Upgrades until that statement; true if the upgrade got so far."""
        left = statement

        def count(*_: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise Torn

        event.listen(self.database.engine.sync_engine, "before_cursor_execute", count)
        try:
            await self.upgrade(to)
        except Torn:
            return True
        finally:
            event.remove(self.database.engine.sync_engine, "before_cursor_execute", count)
            await self.database.dispose()
        return False


@pytest_asyncio.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with empty_url(tmp_path) as url:
        database = Database(url, info={"audit_key": b"k" * 32})
        yield Installation(database)
        await database.dispose()


async def test_what_the_migrations_make_is_what_the_models_say(installation: Installation) -> None:
    await installation.upgrade()
    await installation.difference()
    assert await installation.tables() == set(METADATA.tables) | {"alembic_version"}


async def test_upgrading_twice_is_harmless_and_keeps_what_is_stored(installation: Installation) -> None:
    await installation.upgrade()
    async with installation.database.transaction() as session:
        await seed(session, now=START, passwords={})
    await installation.upgrade()
    async with installation.database.transaction() as session:
        await seed(session, now=START, passwords={})
    await installation.difference()


def test_the_versions_are_one_line_with_one_head() -> None:
    scripts = ScriptDirectory(str(Path(casebackend.__file__).parent / "migrations"))
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


def later_versions() -> list[str]:
    """After the first one, oldest first."""
    scripts = ScriptDirectory(str(Path(casebackend.__file__).parent / "migrations"))
    return [script.revision for script in reversed(list(scripts.walk_revisions())) if script.down_revision]


async def test_an_upgrade_that_is_cut_off_anywhere_leaves_nothing_half_made(installation: Installation) -> None:
    """F30: the old schema or the new one. A restart goes on from there."""
    for statement in range(3, 60, 11):
        assert await installation.torn_at(statement, FIRST)
        assert await installation.tables() <= {"alembic_version"}, f"cut off at statement {statement}"
    await installation.upgrade(FIRST)
    await first_version(installation.database)
    torn = 0
    for version in later_versions():
        before, statement = await installation.columns(), 3
        while await installation.torn_at(statement, version):
            assert await installation.columns() == before, f"cut off at statement {statement} of {version}"
            torn, statement = torn + 1, statement + 23
        await installation.upgrade(version)
    assert torn > 9
    await installation.difference()


@pytest.mark.skipif(on_postgres(), reason="PostgreSQL watches over its keys by itself")
async def test_an_upgrade_that_would_leave_a_reference_to_nothing_is_not_made(
    installation: Installation, tmp_path: Path
) -> None:
    await installation.upgrade(FIRST)
    await first_version(installation.database)
    before = await installation.columns()
    await installation.database.dispose()
    with closing(sqlite3.connect(tmp_path / "empty.db")) as careless:
        careless.execute("DELETE FROM cases WHERE number = (SELECT min(number) FROM cases)")
        careless.commit()
    with pytest.raises(Exception, match=r"notices|revisits"):
        await installation.upgrade()
    assert await installation.columns() == before
