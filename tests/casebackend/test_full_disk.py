import asyncio
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select

from casebackend.cases.model import Case
from casebackend.check import check
from tests.casebackend.attachments import samples
from tests.casebackend.registration.takers import STORY, Counter
from tests.casebackend.test_database import stored
from tests.databases import on_postgres
from tests.world import START, World

PLENTY = 1_000_000
TAKEN = STORY | {"facts": "柜台多扣了年费，柜员不肯退。" * 500}
pytestmark = pytest.mark.skipif(on_postgres(), reason="the page limit is SQLite's")


class Disk:
    """Where the database may not grow beyond `pages`."""

    def __init__(self, world: World) -> None:
        self.pages, self._world = PLENTY, world

    def limited(self, connection: Any, _: object, __: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {self.pages}")

    def full_but(self, left: int) -> None:
        """No page of the file is free or half empty, and so many may still be added."""
        with sqlite3.connect(self._world.settings.var_dir / "tingsu.db", isolation_level=None) as connection:
            connection.execute("VACUUM")
            self.pages = connection.execute("PRAGMA page_count").fetchone()[0] + left


@contextmanager
def limited(world: World) -> Iterator[Disk]:
    disk = Disk(world)
    event.listen(world.database.engine.sync_engine, "checkout", disk.limited)
    yield disk


async def holds(world: World) -> None:
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_a_full_disk_refuses_writes_and_is_over_when_there_is_room_again(world: World) -> None:
    """SQLITE_FULL is no broken file: this process goes on, and reads all the time."""
    with limited(world) as disk:
        disk.pages = 10
        for place in range(100):
            body = {"channel": "wechat", "sender": "o1", "external_id": f"m{place}", "text": "被多扣了200元" * 300}
            answer = await world.channels.post("/api/v1/inbox", json=body | {"received_at": START.isoformat()})
            if answer.status_code != 201:
                break
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        assert answer.headers["retry-after"] == "2"
        assert await stored(world) == place
        assert (await world.tester.get("/api/v1/cases/")).status_code == 200
        disk.pages = PLENTY
        again = await world.channels.post("/api/v1/inbox", json=body | {"received_at": START.isoformat()})
        assert again.status_code == 201
    await holds(world)


async def test_files_are_refused_first_and_words_still_come_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reserve of the disk belongs to the database: below it no file is taken in."""
    held = world.database._sessions.kw["info"]
    monkeypatch.setitem(held, "upload_limits", replace(held["upload_limits"], reserve_bytes=2**62))
    headers = {"X-Channel": "webchat", "X-Sender": "o1", "Content-Type": "application/octet-stream"}
    file = await world.channels.post(
        "/api/v1/inbox/media", content=samples.TEXT, headers=headers | {"Idempotency-Key": uuid4().hex}
    )
    assert (file.status_code, file.json()["status"]) == (503, 503)
    assert file.headers["retry-after"]
    assert (await world.says("被多扣了200元")).conversation_id
    assert (await Counter(world).sends("agent", "/cases/", TAKEN, key=uuid4().hex)).status_code == 201


async def test_f22_wherever_the_disk_ends_a_complaint_is_filed_whole_or_not_at_all(world: World) -> None:
    """First nothing of it fits, then more and more, at last all. bench/full_disk.py goes page by page."""
    with limited(world) as disk:
        seen = await filings(world, disk, range(0, 25, 4))
    assert (seen[0], seen[24]) == (503, 201)
    await holds(world)


async def filings(world: World, disk: Disk, room: Iterable[int]) -> dict[int, int]:
    """Status by number of pages left; each filing is tried again with room."""
    seen: dict[int, int] = {}
    counter = Counter(world)
    for left in room:
        before, key = await _cases(world), uuid4().hex
        await asyncio.to_thread(disk.full_but, left)
        answer = await counter.sends("agent", "/cases/", TAKEN, key=key)
        seen[left] = answer.status_code
        assert answer.status_code in {201, 503}, answer.text
        assert await _cases(world) == before + (answer.status_code == 201)
        disk.pages = PLENTY
        again = await counter.sends("agent", "/cases/", TAKEN, key=key)
        assert again.status_code == 201, again.text
        assert await _cases(world) == before + 1
    return seen


async def _cases(world: World) -> int:
    async with world.database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(Case)) or 0)
