"""Commands of an operator: python -m casebackend COMMAND."""

import argparse
import asyncio
import fcntl
import json
import secrets
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config

from casebackend import check, problems
from casebackend.app import create_app
from casebackend.audit import service as audit
from casebackend.cases import diagram
from casebackend.connection import open_database
from casebackend.customers import service as customers
from casebackend.logging import configure
from casebackend.seed import seed
from casebackend.settings import Settings
from casebackend.staff.demo import logins


def _settings() -> Settings:
    return Settings()  # type: ignore[call-arg]


def migrate() -> int:
    """Brings the schema to the newest version, with the reference data and the indexes that it needs."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    command.upgrade(config, "head")
    asyncio.run(_completed())
    return 0


async def _completed() -> None:
    """What no migration can do: it holds no keys and knows no seed. Run again it changes nothing."""
    database = open_database(_settings())
    try:
        async with database.transaction() as session:
            await seed(session, now=datetime.now(UTC), passwords={})
        indexed = True
        while indexed:
            async with database.transaction() as session:
                indexed = await customers.index_papers(session) > 0
    finally:
        await database.dispose()


async def demo_logins() -> int:
    """Seeds, gives the demo logins new passwords and prints them once, as JSON."""
    settings = _settings()
    database = open_database(settings)
    passwords = {login: secrets.token_urlsafe(9) for login in logins()}
    async with database.transaction() as session:
        await seed(session, now=datetime.now(UTC), passwords=passwords)
    await database.dispose()
    print(json.dumps(passwords))
    return 0


async def _sentences(of: Callable[[], Awaitable[list[str]]]) -> int:
    broken = await of()
    print("\n".join(broken) if broken else "一切正常")
    return 1 if broken else 0


async def run_check() -> int:
    """The invariants of the stored business."""
    settings = _settings()
    database = open_database(settings)

    async def found() -> list[str]:
        async with database.reading() as session:
            return await check.check(session, now=datetime.now(UTC))

    try:
        return await _sentences(found)
    finally:
        await database.dispose()


async def audit_verify() -> int:
    """Names the first bad row of each broken audit chain."""
    settings = _settings()
    database = open_database(settings)

    async def found() -> list[str]:
        async with database.reading() as session:
            return await audit.verify(session, session.info["audit_key"])

    try:
        return await _sentences(found)
    finally:
        await database.dispose()


def serve() -> int:
    """The web process. On SQLite a second one is refused: exactly one web process may write."""
    settings = _settings()
    configure("casebackend")
    database = open_database(settings)
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    with (settings.var_dir / "casebackend.lock").open("w") as lock:
        if database.is_sqlite:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sys.exit("已有一个 casebackend 在使用该 SQLite 数据库，不能再启动第二个。")
        app = create_app(settings, database)
        app.run(host=settings.host, port=settings.port, single_process=True, access_log=False, motd=False)
    return 0


def lifecycle() -> int:
    """Prints docs/case-lifecycle.md."""
    print(diagram.document(), end="")
    return 0


def problem_catalogue() -> int:
    """Prints docs/problems.md."""
    print(problems.catalogue(), end="")
    return 0


def main(arguments: list[str]) -> int:
    commands: dict[str, Callable[[], int]] = {
        "serve": serve,
        "migrate": migrate,
        "lifecycle": lifecycle,
        "problems": problem_catalogue,
        "demo-logins": lambda: asyncio.run(demo_logins()),
        "check": lambda: asyncio.run(run_check()),
        "audit": lambda: asyncio.run(audit_verify()),
    }
    parser = argparse.ArgumentParser(prog="python -m casebackend")
    parser.add_argument("command", choices=sorted(commands))
    parser.add_argument("what", nargs="?", choices=["verify"])
    return commands[parser.parse_args(arguments).command]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
