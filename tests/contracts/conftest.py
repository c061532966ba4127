import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contracts.bank import Bank
from tests.contracts.served import Served, closing
from tests.databases import fresh_url
from tests.world import prepare_today


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A seeded database of this test's own."""
    with asyncio.Runner() as runner:
        database = fresh_url(prepare_today, tmp_path)
        yield runner.run(database.__aenter__())
        runner.run(database.__aexit__(None, None, None))


@pytest.fixture
def killed(url: str, tmp_path: Path) -> Iterator[Served]:
    """A web process of this test's own, not started yet."""
    with closing(Served(url, tmp_path)) as served:
        yield served


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One web process for all who only talk to it."""
    folder = tmp_path_factory.mktemp("served")
    with asyncio.Runner() as runner:
        database = fresh_url(prepare_today, folder)
        url = runner.run(database.__aenter__())
        with closing(Served(url, folder)) as served:
            served.start()
            yield served
        runner.run(database.__aexit__(None, None, None))


@pytest_asyncio.fixture
async def bank(served: Served) -> AsyncIterator[Bank]:
    async with Bank.open(served) as bank:
        yield bank
