"""Two indexers contend for the lease, eight readers look all the time, and the builder is killed again and again.

python -m bench.indexing [--kills 200] [--readers 8] [--entries 40]. Every round one more entry is published, so that
there is always something to build; the builder is killed at any moment of its work, in every fourth round when it has
just finished. The clock of the lease runs ahead by its length at each kill: a killed leader need not be waited for. A
process begins as a copy of one that has everything loaded, which saves a second of computing for each kill.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from bench.search_scale import ON, entry, generated
from bench.search_scale import row_of as row
from casebackend import editions, leader
from casebackend.curation.indexing import FOLDER, Indexer, build_if_needed
from casebackend.curation.model import Article as Row
from casebackend.database import Database
from casebackend.leading import LEASE
from casebackend.schema import METADATA
from knowledge.index import IndexUnusable, open_current
from knowledge.locking import builder
from knowledge.search import Search
from ops.figures import Figures

SPAWN = multiprocessing.get_context("forkserver")
SPAWN.set_forkserver_preload(["bench.indexing_loaded"])
STEP = leader.LEASE + timedelta(seconds=1)
WAIT_SECONDS = 300
FULL_ROUNDS, PUBLISH_TRIES = 4, 10
# As often as a worker ticks; at once when the clock of the lease has jumped.
ASK_SECONDS = 0.5
INTO_THE_BUILD_SECONDS = 0.6


def url(folder: str) -> str:
    return f"sqlite+aiosqlite:///{folder}/bench.db"


def index_for_ever(folder: str, name: str, jumps: "Synchronized[int]", errors: Any) -> None:
    """A worker as far as the index goes: it leads or waits; whoever leads keeps the index."""
    asyncio.run(_index_for_ever(folder, name, jumps, errors))


async def _index_for_ever(folder: str, name: str, jumps: "Synchronized[int]", errors: Any) -> None:
    database = Database(url(folder), name=name)
    indexer = Indexer(Path(folder, FOLDER), database)
    epoch, seen, asked = None, -1, 0.0
    while True:
        try:
            jump, moment = jumps.value, time.monotonic()
            if jump != seen or moment - asked > ASK_SECONDS:
                async with database.transaction() as session:
                    epoch = await leader.lead(session, LEASE, name, now=datetime.now(UTC) + jump * STEP)
                seen, asked = jump, moment
            if epoch is not None:
                await indexer.keep()
        except Exception as error:  # noqa: BLE001  what the bench counts
            errors.put(f"indexer: {type(error).__name__}: {error}")
        await asyncio.sleep(0.05)


def read_for_ever(folder: str, answers: "Synchronized[int]", errors: Any) -> None:
    search = Search(Path(folder, FOLDER))
    while True:
        try:
            found = search.find("年费", on=ON, limit=5)
            if not found:
                errors.put("reader: nothing found")
            with answers.get_lock():
                answers.value += 1
        except Exception as error:  # noqa: BLE001  what the bench counts
            errors.put(f"reader: {type(error).__name__}: {error}")
        time.sleep(0.05)


async def publish(database: Database, number: int) -> None:
    """Who may not write within five seconds tries again: that is not what is measured here."""
    fresh = entry(f"fresh-{number}", f"第{number}条新增的年费说明", (f"第{number}条年费",), "年费的说明。")
    for left in range(PUBLISH_TRIES, 0, -1):
        try:
            async with database.transaction() as session:
                await session.execute(insert(Row).values(**row(fresh)))
                await editions.changed(session, "knowledge")
        except OperationalError:
            if left == 1:
                raise
        else:
            return


async def builds(root: Path, working: dict[Any, Any]) -> int:
    """The one of them that has begun to build."""
    while True:
        found = builder(root)
        if found is not None and found.pid in working:
            return found.pid
        await asyncio.sleep(0.01)


async def kill(root: Path, working: dict[Any, Any], chance: random.Random, *, when_done: bool) -> bool:
    """Whether it was building to its last moment."""
    pid = await builds(root, working)
    if when_done:
        while (now := builder(root)) is not None and now.pid == pid:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    else:
        await asyncio.sleep(chance.uniform(0.0, INTO_THE_BUILD_SECONDS))
    found, victim = builder(root), working.pop(pid)
    os.kill(victim.pid, signal.SIGKILL)
    victim.join()
    return found is not None and found.pid == pid


async def contend(folder: str, kills: int, readers: int, entries: int) -> tuple[int, list[str], int, float, int]:
    database = Database(url(folder))
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    first = [*generated(entries), entry("fee", "年费的收取", ("年费怎么收",), "年费。")]
    async with database.transaction() as session:
        await session.execute(insert(Row), [row(each) for each in first])
        await editions.changed(session, "knowledge")
    build_if_needed(Path(folder, FOLDER), first)
    jumps, answers, errors = SPAWN.Value("i", 0), SPAWN.Value("i", 0), SPAWN.Queue()
    chance, root, inside = random.Random(6), Path(folder, FOLDER), 0

    def started(work: Callable[..., None], *arguments: Any) -> Any:
        process = SPAWN.Process(target=work, args=(folder, *arguments), daemon=True)
        process.start()
        return process

    def indexer(number: int) -> Any:
        return started(index_for_ever, f"indexer-{number}", jumps, errors)

    looking = [started(read_for_ever, answers, errors) for _ in range(readers)]
    working = {process.pid: process for process in (indexer(0), indexer(1))}
    for killed in range(1, kills + 1):
        await publish(database, killed)
        inside += await kill(root, working, chance, when_done=killed % FULL_ROUNDS == 0)
        jumps.value += 1
        fresh = indexer(killed + 1)
        working[fresh.pid] = fresh
    lag = await caught_up(database, Path(folder, FOLDER))
    for process in [*working.values(), *looking]:
        process.terminate()
    found: list[str] = []
    while not errors.empty():
        found.append(errors.get())
    async with database.reading() as session:
        wanted = int(await session.scalar(select(func.count()).select_from(Row)) or 0)
    held = open_current(Path(folder, FOLDER)).whoosh.doc_count()
    await database.dispose()
    return wanted - held, found, answers.value, lag, inside


async def caught_up(database: Database, root: Path) -> float:
    """Seconds until the files hold everything that is published."""
    begun = time.monotonic()
    async with database.reading() as session:
        wanted = int(await session.scalar(select(func.count()).select_from(Row)) or 0)
    while time.monotonic() - begun < WAIT_SECONDS:
        try:
            if open_current(root).whoosh.doc_count() == wanted:
                break
        except IndexUnusable:
            pass
        await asyncio.sleep(0.2)
    return time.monotonic() - begun


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--readers", type=int, default=8)
    options.add_argument("--entries", type=int, default=40)
    chosen = options.parse_args()
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="tingsu-indexing-") as folder:
        lost, errors, answers, lag, inside = asyncio.run(contend(folder, chosen.kills, chosen.readers, chosen.entries))
    kinds = sorted({error[:80] for error in errors})[:5]
    figures.show(
        "errors of readers and indexers", ours=len(errors), bar=0, kills=chosen.kills, answers=answers, seen=kinds,
        killed_while_building=inside,
    )  # fmt: skip
    figures.show("LockErrors", ours=sum("LockError" in error for error in errors), bar=0)
    figures.show("entries published and not in the index", ours=lost, bar=0, caught_up_after_s=round(lag, 1))
    return figures.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
