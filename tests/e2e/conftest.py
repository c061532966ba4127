import json
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from ops.chain import Chain
from ops.demo import ROOT
from tests.e2e.customers import WebCustomer
from tests.e2e.desk import Staff

SURVEY_SECONDS = 2


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained model; trained now if its inputs changed."""
    command = [str(ROOT / "bot/.venv/bin/python"), "bot/train.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Path(done.stdout.split()[-1])


@pytest.fixture(scope="module")
def chain(model: Path) -> Iterator[Chain]:
    """All programs on SQLite, one chain a module."""
    with tempfile.TemporaryDirectory(prefix="tingsu-e2e-") as folder:
        chain = Chain(Path(folder), model, survey_delay_seconds=str(SURVEY_SECONDS))
        with chain:
            chain.wait_until_ready()
            yield chain


@pytest.fixture
def passwords(chain: Chain) -> dict[str, str]:
    found: dict[str, str] = json.loads(chain.logins)
    return found


@pytest_asyncio.fixture
async def agent(chain: Chain, passwords: dict[str, str]) -> AsyncIterator[Staff]:
    async with Staff(chain.url("casebackend"), "agent", passwords["agent"]) as staff:
        yield staff


@pytest_asyncio.fixture
async def lead(chain: Chain, passwords: dict[str, str]) -> AsyncIterator[Staff]:
    async with Staff(chain.url("casebackend"), "lead", passwords["lead"]) as staff:
        yield staff


@pytest_asyncio.fixture
async def customer(chain: Chain) -> AsyncIterator[WebCustomer]:
    async with WebCustomer(chain.url("channels")) as customer:
        await customer.hear("个人信息")
        yield customer
