"""The web process as it really runs, on a free loopback port, with a database of its own."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from casebackend.connection import open_database
from casebackend.settings import Settings
from ops.ports import free_port
from tests.world import TOKENS, World, configured, prepare_today

START_SECONDS = 120


class Live(World):
    """Speaks to the running process over the network; its clock is the real one."""

    def __init__(self, address: str, settings: Settings) -> None:
        self.address = address
        self.settings = settings
        self.database = open_database(settings)
        self.time = datetime.now(UTC)
        self.channels = self.client("channels")
        self.actions = self.client("actions")

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {TOKENS[token]}"} if token else {}
        return httpx.AsyncClient(base_url=self.address, headers=headers, timeout=20)


def _environment(settings: Settings, port: int) -> dict[str, str]:
    values = {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        for name, value in settings
        if value is not None
    } | {"port": str(port)}
    return os.environ | {f"TINGSU_{name.upper()}": value for name, value in values.items()}


@contextmanager
def running(errors: Path | None = None) -> Iterator[tuple[str, Settings]]:
    """`errors`: where its log goes, if not into a file beside the database."""
    with tempfile.TemporaryDirectory(prefix="tingsu-live-") as folder:
        var = Path(folder)
        settings = configured(f"sqlite+aiosqlite:///{var}/tingsu.db", var)
        asyncio.run(prepare_today(settings.database_url))
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "casebackend", "serve"],
            env=_environment(settings, port),
            stdout=subprocess.DEVNULL,
            stderr=(errors or var / "log").open("w"),
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}", process, var / "log")
            yield f"http://127.0.0.1:{port}", settings
        finally:
            process.terminate()
            process.wait(60)


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{address}/health/live", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError(f"the web process did not start: {log.read_text()[-2000:]}")
