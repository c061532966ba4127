"""The stock way to run a bot: Rasa's own server and the SDK's, on our case backend."""

import sys
import time
from pathlib import Path

import psutil

from ops.chain import Chain
from ops.demo import ROOT

PEER = ("casebackend", "actions", "bot")


class StockChain(Chain):
    """Only these programs; the stock servers have no readiness route, so their ports are waited for."""

    def _begin(self) -> None:
        (self.var / "log").mkdir(parents=True, exist_ok=True)
        self.run("-m", "casebackend", "migrate")
        self.run("-m", "casebackend", "demo-logins")
        for name in PEER:
            self.start(name)
        for name in PEER:
            wait_for_port(self, name)

    def command(self, name: str) -> list[str]:
        if name == "bot":
            rasa = [str(ROOT / "bot/.venv/bin/python"), "-m", "rasa", "run", "-i", "127.0.0.1"]
            files = ["--endpoints", "bench/stock/endpoints.yml", "--credentials", "bench/stock/credentials.yml"]
            return [*rasa, "-p", str(self.ports["bot"]), "-m", str(self.model), *files]
        if name == "actions":
            return [sys.executable, "-m", "bench.stock.server", str(self.ports["actions"])]
        return super().command(name)


def stock_chain(var: Path, model: Path) -> StockChain:
    chain = StockChain(var, model)
    chain.env |= {
        "TINGSU_STOCK_DB": str(var / "stock.db"),
        "RASA_TELEMETRY_ENABLED": "false",
        "SANIC_HOST": "127.0.0.1",
    }
    return chain


def wait_for_port(chain: Chain, name: str, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any(c.laddr[1:2] == (chain.ports[name],) for c in psutil.net_connections("tcp") if c.status == "LISTEN"):
            return
        if not chain.alive(name):
            raise RuntimeError(f"{name} ended: {chain.log(name)[-1500:]}")
        time.sleep(0.5)
    raise TimeoutError(name)
