"""The migrations and the models are one schema, on the database in force."""

import itertools
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from alembic.script import ScriptDirectory

from casebackend.schema import METADATA
from casebackend.seed import seed
from tests.contracts.first_version import FIRST, first_version
from tests.contracts.installation import MIGRATIONS, Installation, Killed, Kills, killed_on_the_way, later_versions
from tests.databases import empty_url, on_postgres
from tests.world import START


@pytest_asyncio.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with empty_url(tmp_path) as url:
        here = Installation.at(url)
        yield here
        await here.database.dispose()


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
    scripts = ScriptDirectory(MIGRATIONS)
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


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


async def test_an_upgrade_that_is_killed_anywhere_is_finished_by_the_next_one(tmp_path: Path) -> None:
    """F30 with kill -9, at some steps of each version; bench/migrations.py kills at every one."""
    async with empty_url(tmp_path) as url:
        here, killed = Installation.at(url), Killed(url)
        await here.upgrade(FIRST)
        await first_version(here.database)
        kills = Kills()
        for version in later_versions():
            await killed_on_the_way(here, killed, version, kills, steps=itertools.count(5, 400))
        killed.close()
        await here.database.dispose()
    assert kills.half_made == []
    assert kills.count >= len(later_versions())


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
