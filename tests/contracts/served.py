"""The web process as it really runs, on a loopback port; it can be killed and started again on the same database.

Most starts are forks of a process that has everything imported (`zygote.py`): a kill then costs no second of imports.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.chain import answers
from ops.ports import free_port
from tests.contracts.customer import Exchange
from tests.world import configured

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 40


class Served:
    def __init__(self, url: str, var: Path) -> None:
        self.settings = configured(url, var)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = var / "serve.log"
        self.heard: list[Exchange] = []
        self.pid: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._zygote: subprocess.Popen[str] | None = None

    def environment(self) -> dict[str, str]:
        values = {
            name: value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
            for name, value in self.settings
            if value is not None
        } | {"port": str(self.port)}
        return os.environ | {f"TINGSU_{name.upper()}": value for name, value in values.items()}

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "casebackend", "serve"],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )
        self.pid = self._process.pid
        self.wait()

    def fork(self, failpoints: str = "") -> None:
        """Starts a web process without the imports."""
        if self._zygote is None:
            with self.log.open("ab") as log:
                self._zygote = subprocess.Popen(
                    [sys.executable, "-m", "tests.contracts.zygote"],
                    cwd=ROOT,
                    env=self.environment(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
        self.pid = int(self._told(f"start {failpoints}"))
        self.wait()

    def _told(self, words: str) -> str:
        zygote = self._zygote
        if zygote is None or zygote.stdin is None or zygote.stdout is None:
            raise RuntimeError("no zygote")
        zygote.stdin.write(words + "\n")
        zygote.stdin.flush()
        return zygote.stdout.readline()

    def wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self._process is not None and self._process.poll() is not None:
                break
            if answers(f"{self.address}/health/live"):
                return
            time.sleep(0.02)
        raise AssertionError(f"the web process did not start: {self.log.read_text()[-2000:]}")

    def ended(self, seconds: float = 10) -> int:
        """The exit status of a web process that ends by itself."""
        status = int(self._told("wait")) if self._process is None else self._process.wait(seconds)
        self._process = self.pid = None
        return status

    def kill(self) -> None:
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            self.ended()

    def close(self) -> None:
        self.kill()
        if self._zygote is not None:
            self._zygote.communicate()

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "casebackend", *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
        )
        return done.stdout.strip() or done.stderr[-2000:]

    def healthy(self) -> None:
        """What an operator would look at after a crash."""
        assert self.command("check") == "一切正常"
        assert self.command("audit", "verify").startswith("一切正常")


@contextmanager
def closing(served: Served) -> Iterator[Served]:
    try:
        yield served
    finally:
        served.close()
