"""What the parts of `bench.cases` share."""

import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from asgi_lifespan import LifespanManager
from sanic import Sanic
from sqlalchemy import select

from bench.bank import Load
from bench.serving import Side
from casebackend.connection import open_database
from casebackend.organisations.model import Organisation
from casebackend.settings import Settings
from casebackend.staff.model import User
from ops.figures import Figures
from tests.casebackend.registration.takers import STORY
from tests.world import World, configured

BATCHES, WARM_UP = 10, 30
AIM_SECONDS = 0.2
STAFF = "agent"


async def post(client: httpx.AsyncClient, path: str = "/api/v1/cases/") -> httpx.Response:
    return await client.post(path, json=STORY, headers={"Idempotency-Key": uuid4().hex})


@asynccontextmanager
async def in_process(settings: Settings) -> AsyncIterator[World]:
    """The same application within this process, so that its statements can be counted."""
    Sanic.test_mode = True  # without it Sanic cannot start a second application in one process
    world = World(open_database(settings), settings)
    world.time = datetime.now(UTC)
    async with LifespanManager(world.app):
        yield world
    await world.database.dispose()


async def timed(count: int, call: Callable[[int], Awaitable[Any]]) -> list[float]:
    seconds = []
    for number in range(count):
        start = time.perf_counter()
        await call(number)
        seconds.append(time.perf_counter() - start)
    return seconds


async def expect(response: httpx.Response, status: int) -> None:
    if response.status_code != status:
        raise RuntimeError(f"{response.request.url}: {response.status_code} {response.text[:300]}")


def show(figures: Figures, name: str, mine: Side, peer: Side, bar: float) -> None:
    figures.show(
        name, ours=mine.cpu(), peer=peer.cpu(), bar=bar, ours_each=mine.each(), peer_each=peer.each(),
        load=round(os.getloadavg()[0], 1),
    )  # fmt: skip


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


async def loaded(url: str, folder: Path, cases: int) -> Settings:
    settings = configured(url, folder)
    database = open_database(settings)
    async with database.reading() as session:
        units = list(await session.scalars(select(Organisation.id).order_by(Organisation.code)))
        users = list(await session.scalars(select(User.id).order_by(User.login)))
    await database.dispose()
    start = time.perf_counter()
    Load(url, cases=cases, units=units, users=users, now=datetime.now(UTC)).run()
    print(f'{{"note": "{cases} cases loaded in {time.perf_counter() - start:.0f} s"}}', flush=True)
    return settings
