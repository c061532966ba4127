"""F22, the folder of the logs: a disk that takes no more lines stops no program, and everybody can see it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from casebackend.heartbeats.rules import Missing
from casebackend.logging import SPILLWAY, why_no_log
from tests.casebackend.console.live import running
from tests.casebackend.metrics.test_routes import seen, watch
from tests.world import World

FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="Linux has a disk that is always full")
PROGRAM = """
import logging, structlog
from {module} import configure
from casebackend.logging import SPILLWAY
configure({name})
for place in range(3):
    structlog.get_logger().warning("something.happened", count=place)
logging.getLogger("sanic.error").error("somewhere")
print(SPILLWAY.dropped, SPILLWAY.failing)
"""


@contextmanager
def full() -> Iterator[None]:
    """Not as a fixture: pytest puts its own standard error in place after those."""
    given, disk = sys.stderr, FULL.open("w")
    sys.stderr = disk
    try:
        yield
    finally:
        sys.stderr = given
        with suppress(OSError):  # what it holds cannot be written
            disk.close()


def says() -> None:
    SPILLWAY.write("a line\n")
    SPILLWAY.flush()


@pytest.mark.parametrize(("module", "name"), [("casebackend.logging", "'worker'"), ("channels.logging", "")])
def test_a_program_goes_on_without_its_log_and_counts_what_was_dropped(module: str, name: str) -> None:
    program = PROGRAM.format(module=module, name=name)
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=FULL.open("w"), text=True, check=False
    )
    # At its end Python itself minds that the last line cannot be written.
    assert done.stdout == "4 True\n"


async def test_the_watch_and_readiness_see_it_and_that_it_is_over(world: World) -> None:
    before, client = SPILLWAY.dropped, await watch(world)
    with full():
        says()
        assert (SPILLWAY.dropped - before, SPILLWAY.failing) == (1, True)
        assert (await seen(client))["tingsu_log_lines_dropped"] >= before + 1
        answer = (await world.client().get("/health/ready")).json()
    assert Missing("logs", "日志写不下，日志所在磁盘可能已满") in [Missing(**each) for each in answer["missing"]]
    # Room again: the next look writes how many lines are missing, and all is well.
    assert why_no_log() is None
    answer = (await world.client().get("/health/ready")).json()
    assert "logs" not in {each["program"] for each in answer["missing"]}


@pytest.mark.timeout(300)
def test_the_web_process_serves_with_its_log_on_a_full_disk() -> None:
    with running(FULL) as (address, _), httpx.Client(base_url=address, timeout=60) as client:
        for _ in range(3):
            assert client.get("/login").status_code == 200
            assert client.post("/api/v1/inbox", content=b"{}").status_code == 401
        assert client.get("/no-such-page").status_code == 404
        assert client.get("/health/live").status_code == 200
