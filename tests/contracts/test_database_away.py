"""F24: PostgreSQL is down, slow, cut off or silent. Who asks is told so; when it is back, all goes on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from asgi_lifespan import LifespanManager
from sqlalchemy import select

from casebackend import database as database_module
from casebackend.check import check
from casebackend.connection import open_database
from casebackend.conversations.model import Message
from casebackend.heartbeats import health
from tests.databases import fresh_url, on_postgres
from tests.fault_proxy import Fault, FaultProxy
from tests.world import START, World, configured, prepare

pytestmark = pytest.mark.skipif(not on_postgres(), reason="SQLite is a file of our own")
AT_ONCE, TRIES = 8, 10


class Cut:
    """A bank whose database stands at the other end of a wire."""

    def __init__(self, world: World, proxy: FaultProxy) -> None:
        self.world, self.proxy = world, proxy
        self.acknowledged: set[str] = set()
        self.asked = 0

    async def say(self) -> httpx.Response:
        self.asked += 1
        name = f"m{self.asked}"
        body = {"channel": "wechat", "sender": f"c{self.asked}", "external_id": name, "text": "被多扣了200元"}
        answer = await self.world.channels.post("/api/v1/inbox", json=body | {"received_at": START.isoformat()})
        if answer.status_code == 201:
            self.acknowledged.add(name)
        return answer

    async def many(self) -> list[httpx.Response]:
        return await asyncio.gather(*[self.say() for _ in range(AT_ONCE)])

    async def all_served(self) -> None:
        """Whoever is told to try again is served in the end, as by the spool of the channels."""
        for _ in range(TRIES):
            if {answer.status_code for answer in await self.many()} == {201}:
                return
            await asyncio.sleep(1)
        raise AssertionError("not served again")


@pytest_asyncio.fixture
async def cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cut]:
    monkeypatch.setattr(database_module, "DEADLINE_SECONDS", 3)
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 1)
    async with fresh_url(prepare, tmp_path) as url, FaultProxy.before(url) as proxy:
        settings = configured(proxy.url, tmp_path)
        database = open_database(settings)
        world = World(database, settings)
        async with LifespanManager(world.app), world.channels:
            yield Cut(world, proxy)
        await database.dispose()
        straight = open_database(configured(url, tmp_path))
        async with straight.reading() as session:
            assert await check(session, now=world.time) == []
        await straight.dispose()


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.RESET, Fault.SILENT])
async def test_without_its_database_it_says_so_and_goes_on_when_it_is_back(cut: Cut, fault: Fault) -> None:
    await cut.all_served()
    cut.proxy.fault = fault
    if fault is Fault.DOWN:
        cut.proxy.cut()
    for answer in await cut.many():
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert (await cut.world.client().get("/health/live")).status_code == 200
    assert (await cut.world.client().get("/health/ready")).json()["missing"][0]["program"] == "database"
    cut.proxy.fault = Fault.NONE
    await cut.all_served()
    async with cut.world.database.reading() as session:
        stored = list(await session.scalars(select(Message.external_id).where(Message.external_id.is_not(None))))
    assert len(stored) == len(set(stored))
    assert cut.acknowledged <= set(stored)


async def test_a_slow_database_makes_slow_answers_or_honest_ones(cut: Cut) -> None:
    cut.proxy.fault = Fault.SLOW
    assert {answer.status_code for answer in await cut.many()} <= {201, 503}
    cut.proxy.fault = Fault.NONE
    await cut.all_served()
