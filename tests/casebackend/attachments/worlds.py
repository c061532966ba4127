"""A world with settings of its own: a scanner, small limits."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from asgi_lifespan import LifespanManager

from casebackend.connection import open_database
from tests.applications import returned
from tests.casebackend.cases.builders import Desk
from tests.databases import fresh_url
from tests.world import PATIENCE, World, configured, prepare


@asynccontextmanager
async def world_with(**settings: Any) -> AsyncIterator[World]:
    var = Path(tempfile.mkdtemp(prefix="tingsu-world-"))
    async with fresh_url(prepare, var) as url:
        chosen = configured(url, var).model_copy(update=settings)
        database = open_database(chosen)
        world = World(database, chosen)
        async with LifespanManager(world.app, PATIENCE, PATIENCE), world.channels, world.actions, world.tester:
            yield world
        returned(world.app)
        await database.dispose()
    shutil.rmtree(var, ignore_errors=True)


async def uploads(
    desk: Desk, login: str, number: str, *files: tuple[str, bytes], kind: str = "file", key: str | None = None
) -> httpx.Response:
    browser = await desk.browser(login)
    return await browser.post(
        f"/api/v1/cases/{number}/attachments",
        files=[("file", (name, content, "text/html")) for name, content in files],
        data={"kind": kind},
        headers={"Idempotency-Key": uuid4().hex if key is None else key},
    )


def stored(world: World) -> list[Path]:
    return sorted((world.settings.var_dir / "attachments" / "files").glob("*/*"))
