from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest_asyncio
from asgi_lifespan import LifespanManager

from channels.app import create_app
from ops.ports import free_port
from tests.channels.town import Town, configured
from tests.world import World


@pytest_asyncio.fixture
async def town(world: World) -> AsyncIterator[Town]:
    async with Town.built(world) as town:
        yield town


@pytest_asyncio.fixture
async def door(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The channels program with nothing behind it."""
    ports = {name: free_port() for name in ("backend", "bot", "wechat", "channels")}
    app = create_app(configured(ports, tmp_path), name=f"door-{uuid4().hex}")
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bank.test")
    async with LifespanManager(app, 120, 120), client:
        yield client
