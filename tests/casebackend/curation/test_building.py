"""A large index is made in a process of its own: the worker goes on meanwhile, what was not finished harms nobody."""

import asyncio
import os
import socket
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from casebackend.curation import building, indexing
from casebackend.curation.building import BuildingFailed, BuildingHung, build_apart
from casebackend.curation.indexing import FOLDER, Indexer, IndexHeld
from casebackend.database import Database
from knowledge import index
from knowledge.locking import builder, sole_writer
from tests.casebackend.curation.test_knowledge_index import FEE, SLANG, another_process, copied
from tests.world import World

# Only what hangs takes so long.
ON_TIME = 600
LIMIT = timedelta(seconds=ON_TIME)


def apart(world: World) -> Indexer:
    return Indexer(world.settings.var_dir / FOLDER, world.database, apart=build_apart)


def here(world: World) -> Indexer:
    return Indexer(world.settings.var_dir / FOLDER, world.database)


def generations(root: Path) -> list[str]:
    return sorted(path.name for path in root.glob("gen-*"))


async def test_another_process_makes_the_files_and_the_pages_find_what_it_made(world: World) -> None:
    root = world.settings.var_dir / FOLDER
    await here(world).keep()
    before = index.current_folder(root)
    await copied(world, FEE, "biz-slang", title=SLANG, questions=[SLANG])
    indexer = apart(world)
    async with asyncio.timeout(ON_TIME):
        ticks, going = 0, asyncio.create_task(indexer.keep())
        while not going.done():
            await asyncio.sleep(0.01)
            ticks += 1
        assert await going
        assert ticks > 1, "whoever waits for it does other things"
        assert index.current_folder(root) != before
        knowledge = another_process(world)
        found = [hit.article.id for hit in await knowledge.find("薅羊毛", on=world.time.date())]
    assert found == ["biz-slang"]
    assert not await indexer.keep()
    assert not await here(world).keep(), "who leads next finds it done"


async def test_who_is_killed_in_between_leaves_the_last_whole_edition(world: World) -> None:
    root = world.settings.var_dir / FOLDER
    await here(world).keep()
    before = index.open_current(root)
    await copied(world, FEE, "biz-slang", title=SLANG, questions=[SLANG])
    async with asyncio.timeout(ON_TIME):
        going = asyncio.create_task(apart(world).keep())
        while len(generations(root)) < 2 and not going.done():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        seen = index.open_current(root)
        assert seen.content_digest == before.content_digest or seen.folder != before.folder
        while index.open_current(root).content_digest == before.content_digest:
            await here(world).keep()  # the one that was killed may hold the lock for a moment
            await asyncio.sleep(0.05)


async def test_while_another_builds_nothing_is_built_and_the_next_look_tries_again(world: World) -> None:
    root = world.settings.var_dir / FOLDER
    root.mkdir(parents=True, exist_ok=True)
    async with asyncio.timeout(ON_TIME):
        with sole_writer(root):
            assert not await apart(world).keep()
    assert await here(world).keep()


async def test_what_cannot_be_built_is_an_error_of_the_job(world: World, tmp_path: Path) -> None:
    nowhere = Database(f"sqlite+aiosqlite:///{tmp_path}/nothing/at.db")
    try:
        async with asyncio.timeout(ON_TIME):
            with pytest.raises(BuildingFailed):
                await build_apart(tmp_path / FOLDER, nowhere.url, LIMIT)
    finally:
        await nowhere.dispose()


def test_it_ends_with_the_worker_that_asked_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    end, worker_side = os.pipe()
    waiting = threading.Thread(target=building.end_with, args=[end])
    waiting.start()
    os.write(worker_side, b"still here")
    assert ended == []
    os.close(worker_side)
    waiting.join(ON_TIME)
    os.close(end)
    assert ended == [building.EXIT_ORPHAN]


async def test_a_build_that_hangs_is_ended_and_told(tmp_path: Path) -> None:
    """The database takes the call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/nothing"
        with pytest.raises(BuildingHung) as hung:
            await build_apart(tmp_path / FOLDER, url, timedelta(seconds=0.5))
    with pytest.raises(ProcessLookupError):
        os.kill(hung.value.args[0], 0)


async def test_who_is_turned_away_says_so_and_calls_for_help_when_it_can_be_no_build(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = world.settings.var_dir / FOLDER
    root.mkdir(parents=True, exist_ok=True)
    indexer = here(world)
    with capture_logs() as said, sole_writer(root):
        assert not await indexer.keep()
        assert not await indexer.keep()
        monkeypatch.setattr(indexing, "patience", lambda count: timedelta(0))
        with pytest.raises(IndexHeld):
            await indexer.keep()
    told = [each for each in said if each["event"] == "knowledge.index_busy"]
    assert [(each["pid"], bool(each["since"])) for each in told] == [(os.getpid(), True)], "once, not every second"
    assert indexer.busy == 3
    assert await indexer.keep()
    assert not builder(root), "nobody is building any more"
