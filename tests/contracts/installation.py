"""A bank that installs us, or a newer version of us; and a migration that ends in the middle."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect, text

import casebackend
from casebackend.database import Database

MIGRATIONS = str(Path(casebackend.__file__).parent / "migrations")


class Torn(Exception):
    """The process is gone in the middle of a migration."""


def later_versions() -> list[str]:
    """After the first one, oldest first."""
    scripts = ScriptDirectory(MIGRATIONS)
    return [script.revision for script in reversed(list(scripts.walk_revisions())) if script.down_revision]


class Installation:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.config = Config()
        self.config.set_main_option("script_location", MIGRATIONS)
        self.config.attributes["database"] = database

    @classmethod
    def at(cls, url: str) -> "Installation":
        return cls(Database(url, info={"audit_key": b"k" * 32}))

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

    async def revision(self) -> str | None:
        if "alembic_version" not in await self.tables():
            return None
        async with self.database.engine.connect() as connection:
            found: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found

    async def torn_at(self, statement: int, to: str = "head") -> bool:
        """Upgrades until that statement; true if the upgrade got so far."""

        def torn() -> None:
            raise Torn

        try:
            with ending(self.database, statement, torn):
                await self.upgrade(to)
        except Torn:
            return True
        finally:
            await self.database.dispose()
        return False


@contextmanager
def ending(database: Database, step: int, end: Callable[[], None]) -> Iterator[None]:
    """At the step of that number: a statement, or the commit of what was said before it."""
    left, engine = step, database.engine.sync_engine

    def count(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            end()

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)
        event.remove(engine, "commit", count)


class Killed:
    """Upgrades in processes that kill themselves: forked from one that is kept, because imports take long."""

    def __init__(self, url: str) -> None:
        self._kept = subprocess.Popen(
            [sys.executable, "-m", "tests.contracts.installation", url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    async def at(self, step: int, to: str) -> bool:
        """Whether kill -9 came before the upgrade was over."""
        ended = await asyncio.to_thread(self._ask, f"{step} {to}\n")
        if ended not in (0, -signal.SIGKILL):
            raise AssertionError(f"upgrade to {to}, killed at step {step}: ended with {ended}")
        return ended != 0

    def _ask(self, wish: str) -> int:
        if self._kept.stdin is None or self._kept.stdout is None:
            raise AssertionError
        self._kept.stdin.write(wish)
        self._kept.stdin.flush()
        return int(self._kept.stdout.readline())

    def close(self) -> None:
        self._kept.communicate()


@dataclass
class Kills:
    """`half_made`: where a kill left a schema that is neither the old nor the new one."""

    count: int = 0
    half_made: list[str] = field(default_factory=list)


async def killed_on_the_way(
    here: Installation, killed: Killed, version: str, kills: Kills, *, steps: Iterable[int]
) -> None:
    """Upgrades to the version, killed at these steps until one of them comes through. Where only the end of it was cut
    off, the new version stands already and the next run has nothing left to do."""
    old, before = await here.revision(), await here.columns()
    for step in steps:
        await here.database.dispose()
        if not await killed.at(step, version):
            break
        kills.count += 1
        left = await here.revision()
        if left not in (old, version) or (left == old and await here.columns() != before):
            kills.half_made.append(f"{version}, step {step}")
    if await here.revision() != version:
        kills.half_made.append(f"{version}, not finished")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _upgraded(url: str, step: int, to: str) -> None:
    here = Installation.at(url)
    with ending(here.database, step, _die):
        command.upgrade(here.config, to)


def main(url: str) -> None:
    for line in sys.stdin:
        step, to = line.split()
        child = os.fork()
        if child == 0:
            _upgraded(url, int(step), to)
            os._exit(0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
