"""The worker's look at the clocks: among ten thousand cases and among many more, in turn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import psutil
from sqlalchemy import func, select

from bench.casework.measuring import BATCHES, WARM_UP, show
from bench.serving import Side, in_turn, postmaster
from casebackend.clocks import jobs
from casebackend.clocks.model import Timer
from casebackend.connection import open_database
from casebackend.database import Database
from casebackend.settings import Settings
from ops.figures import Figures

LOOKS = 40
BAR = 1.2
FEW = 10_000
DUE = """EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM timers
WHERE next_at <= '{at}' ORDER BY next_at, id LIMIT 100"""


async def scans(few: Settings, many: Settings, cases: int, figures: Figures) -> None:
    """CPU of our process and of PostgreSQL when a hundred clocks are due, and the pages that PostgreSQL touches."""
    async with _looking(few, "few") as (small, pages_few), _looking(many, "many") as (large, pages_many):
        await in_turn(large, small, batches=BATCHES, of=LOOKS, warm_up=WARM_UP)
        show(figures, f"CPU s of a look at the clocks, {cases} cases against {FEW}", large, small, BAR)
        figures.show("pages read for it", ours=pages_many, peer=pages_few, bar=BAR)


@asynccontextmanager
async def _looking(settings: Settings, name: str) -> AsyncIterator[tuple[Side, int]]:
    database = open_database(settings, name=name)
    at, pages = await _due(database, name)

    async def look(_: int) -> None:
        async with database.reading() as session:
            if not await jobs.anything_due(session, now=at):
                raise RuntimeError("nothing due")
            await session.scalars(select(Timer).where(Timer.next_at <= at).order_by(Timer.next_at, Timer.id).limit(100))

    yield Side(look, (psutil.Process(), postmaster())), pages
    await database.dispose()


async def _due(database: Database, name: str) -> tuple[datetime, int]:
    """When a hundred are due, and how many pages are read to find them."""
    async with database.reading() as session:
        at = await session.scalar(
            select(Timer.next_at).where(Timer.next_at.is_not(None)).order_by(Timer.next_at).offset(99)
        )
        running = await session.scalar(select(func.count()).where(Timer.stopped_at.is_(None)))
        if at is None:
            raise RuntimeError("no clock runs")
        connection = await session.connection()
        plan = (await connection.exec_driver_sql(DUE.format(at=at.isoformat()))).scalar_one()[0]["Plan"]
    print(f'{{"note": "{running} clocks run among the {name}"}}', flush=True)
    return at, plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
