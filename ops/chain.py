"""All programs on free loopback ports under a folder of their own: what end-to-end tests and benches run against.

Each program can be killed, stopped and started alone, with its own failpoints.
"""

import base64
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from ops.demo import ROOT, read_env
from ops.ports import free_port

PROGRAMS = ("wechat-double", "casebackend", "worker", "actions", "bot", "channels")
READY = {"casebackend": "live", "actions": "live", "bot": "ready", "channels": "live"}


class Chain:
    """`ports` by program. `model` is the path of a trained model, or None to run without Rasa."""

    def __init__(self, var: Path, model: Path | None, *, database_url: str | None = None, **settings: str) -> None:
        self.var = var
        self.model = model
        self.ports = {name: free_port() for name in PROGRAMS}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        url = {name: f"http://127.0.0.1:{port}" for name, port in self.ports.items()}
        self.env = {
            **os.environ,
            **read_env(ROOT / "ops" / "demo.env"),
            **{f"TINGSU_{key}_KEY": _key() for key in ("DATA", "AUDIT", "SESSION", "SPOOL")},
            "TINGSU_BACKEND_URL": url["casebackend"],
            "TINGSU_BOT_URL": url["bot"],
            "TINGSU_ACTIONS_URL": url["actions"],
            "TINGSU_WECHAT_API_URL": url["wechat-double"],
            "TINGSU_PORT": str(self.ports["casebackend"]),
            "TINGSU_CHANNELS_PORT": str(self.ports["channels"]),
            "TINGSU_ACTIONS_PORT": str(self.ports["actions"]),
            "TINGSU_WECHAT_DOUBLE_PORT": str(self.ports["wechat-double"]),
            "TINGSU_WECHAT_CALLBACK_URL": f"{url['channels']}/wechat/callback",
            "TINGSU_CORE_BANK_URL": f"http://127.0.0.1:{free_port()}",
            "TINGSU_CORE_BANK_SECONDS": "6",
            "TINGSU_DATABASE_URL": database_url or f"sqlite+aiosqlite:///{var}/tingsu.db",
            "TINGSU_VAR_DIR": str(var),
            "PYTHONPATH": str(ROOT),
            **{f"TINGSU_{name.upper()}": value for name, value in settings.items()},
        }

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.callback(self.stop_all)
            self._begin()
            undo.pop_all()
        return self

    def _begin(self) -> None:
        (self.var / "log").mkdir(parents=True, exist_ok=True)
        self.run("-m", "casebackend", "migrate")
        self.logins = self.run("-m", "casebackend", "demo-logins")
        for name in PROGRAMS:
            if name != "bot" or self.model:
                self.start(name)
        for name in READY:
            if name != "bot" or self.model:
                self.wait(name)

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop_all()

    def stop_all(self) -> None:
        """All are told first: each of them takes some seconds to say goodbye."""
        for process in self._running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for name in list(self._running):
            self.stop(name)

    def run(self, *arguments: str) -> str:
        done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{arguments} ended with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-500:]}")
        return done.stdout

    def url(self, program: str) -> str:
        return f"http://127.0.0.1:{self.ports[program]}"

    def command(self, name: str) -> list[str]:
        if name == "bot":
            port, model = str(self.ports["bot"]), str(self.model)
            return ["bot/.venv/bin/python", "bot/serve.py", "--model", model, "--port", port, "--var", str(self.var)]
        modules = {"casebackend": ["casebackend", "serve"], "worker": ["casebackend.worker"]}
        return [sys.executable, "-m", *modules.get(name, [name if name != "wechat-double" else "ops.wechat_double"])]

    def start(self, name: str, *, failpoints: str = "") -> None:
        with (self.var / "log" / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                self.command(name),
                cwd=ROOT,
                env={**self.env, "TINGSU_FAILPOINTS": failpoints},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def alive(self, name: str) -> bool:
        return name in self._running and self._running[name].poll() is None

    def kill(self, name: str) -> None:
        self._end(name, signal.SIGKILL)

    def stop(self, name: str) -> None:
        self._end(name, signal.SIGTERM)

    def restart(self, name: str) -> None:
        self.kill(name)
        self.start(name)
        self.wait(name)

    def _end(self, name: str, how: signal.Signals) -> None:
        process = self._running.pop(name, None)
        if process is None:
            return
        for attempt in (how, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, attempt)
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)

    def wait(self, name: str, *, seconds: float = 120) -> None:
        probe = f"{self.url(name)}/health/{READY.get(name, 'live')}"
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.alive(name):
                raise RuntimeError(f"{name} ended: {self.log(name)[-2000:]}")
            if answers(probe):
                return
            time.sleep(0.2)
        raise TimeoutError(f"{name} is not ready after {seconds} s: {self.log(name)[-2000:]}")

    def wait_until_ready(self, *, seconds: float = 60) -> None:
        """Until the backend says that the whole chain is ready."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if answers(f"{self.url('casebackend')}/health/ready"):
                return
            time.sleep(0.2)
        raise TimeoutError("the chain is not ready")

    def log(self, name: str) -> str:
        return (self.var / "log" / f"{name}.log").read_text(errors="replace")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=3):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
