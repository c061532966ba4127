"""What an installation needs before its programs start; each may be run again at any time."""

import asyncio
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config

from casebackend.connection import open_database
from casebackend.conversations.sealing import seal_pickups
from casebackend.customers import service as customers
from casebackend.evidence import moving as evidence
from casebackend.seed import seed
from casebackend.settings import Settings
from casebackend.staff.demo import logins


def migrate(settings: Settings) -> int:
    """Brings the schema to the newest version, with the reference data and the indexes that it needs."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    command.upgrade(config, "head")
    asyncio.run(_completed(settings))
    return 0


async def _completed(settings: Settings) -> None:
    """What no migration can do: it holds no keys and knows no seed. Run again it changes nothing."""
    database = open_database(settings)
    try:
        async with database.transaction() as session:
            await seed(session, now=datetime.now(UTC), passwords={})
        indexed = True
        while indexed:
            async with database.transaction() as session:
                indexed = await customers.index_customers(session) > 0
        last, looked = None, True
        while looked:
            async with database.transaction() as session:
                last = await seal_pickups(session, after=last)
                looked = last is not None
        moved = True
        while moved:
            async with database.transaction() as session:
                moved = await evidence.move_files(session, now=datetime.now(UTC)) > 0
    finally:
        await database.dispose()


async def demo_logins(settings: Settings) -> int:
    """Seeds, gives the demo logins new passwords and prints them once, as JSON."""
    database = open_database(settings)
    passwords = {login: f"{secrets.token_urlsafe(9)}-7" for login in logins(seconds=True)}
    async with database.transaction() as session:
        await seed(session, now=datetime.now(UTC), passwords=passwords)
    await database.dispose()
    print(json.dumps(passwords))
    return 0
