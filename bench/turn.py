"""What one turn costs: CPU seconds and resident memory of all programs and of Rasa alone, ours against the stock way.

The peer is the stock pipeline (bot/stock/config.yml), Rasa's own server with its REST channel and SQL tracker store,
and rasa-sdk's own action server, on the same case backend, the same actions and the same dialogue, in the same run.
"""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import psutil

from casebackend.api.client import CaseBackend
from casebackend.api.conversations import ClaimTurn, Inbound, Reply, TurnDone
from casebackend.conversations.rules import Asked, Channel, Engine
from ops.chain import Chain
from ops.demo import ROOT
from ops.figures import Figures
from tests.e2e.customers import WechatCustomer

SCRIPT: list[tuple[str, Asked | None]] = [
    ("你好", None),
    ("我要投诉你们朝阳支行", Asked.FACTS),
    ("昨天无缘无故扣了我200块年费，打电话也没人理", Asked.DEMAND),
    ("把钱退给我，再道个歉", Asked.NAME),
    ("我叫王小明", Asked.PHONE),
    ("13800138000", Asked.ID_NUMBER),
    ("不提供", Asked.CONFIRM),
    ("金额改成300", Asked.CONFIRM),
    ("确认提交", None),
    ("我的投诉到哪一步了", None),
    ("帮我催一下", None),
    ("谢谢", None),
]
DIALOGUES = int(os.environ.get("TINGSU_BENCH_DIALOGUES", "10"))
WARM_UP = 2
WORKER = "bench"


def trained(*arguments: str) -> Path:
    command = ["bot/.venv/bin/python", "bot/train.py", *arguments]
    return Path(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()[-1])


class Meter:
    """CPU seconds since it was made and resident bytes now, by program, children included."""

    def __init__(self, pids: dict[str, int]) -> None:
        self._families = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._start = {name: self._cpu(name) for name in pids}

    def _members(self, name: str) -> list[psutil.Process]:
        parent = self._families[name]
        return [parent, *parent.children(recursive=True)]

    def _cpu(self, name: str) -> float:
        times = [member.cpu_times() for member in self._members(name)]
        return sum(each.user + each.system for each in times)

    def cpu(self) -> dict[str, float]:
        return {name: self._cpu(name) - start for name, start in self._start.items()}

    def rss(self) -> dict[str, float]:
        return {name: float(sum(m.memory_info().rss for m in self._members(name))) for name in self._families}


async def ours(chain: Chain, count: int) -> None:
    for _ in range(count):
        customer = WechatCustomer(chain.url("channels"), f"bench-{uuid4().hex}")
        for text, _asked in SCRIPT:
            await customer.say(text)


async def stock(chain: Chain, count: int) -> None:
    """The bench itself stands in for a channel: inbox, claim, Rasa's REST channel, done."""
    backend = CaseBackend(chain.url("casebackend"), chain.env["TINGSU_TOKEN_CHANNELS"], deadline=10)
    async with backend, aiohttp.ClientSession() as http:
        for _ in range(count):
            sender = f"bench-{uuid4().hex}"
            for text, asks in SCRIPT:
                await _stock_turn(chain, backend, http, sender, text, asks)


async def _stock_turn(
    chain: Chain, backend: CaseBackend, http: aiohttp.ClientSession, sender: str, text: str, asks: Asked | None
) -> None:
    message = Inbound(
        channel=Channel.WECHAT, sender=sender, external_id=uuid4().hex, text=text, received_at=datetime.now(UTC)
    )
    await backend.receive(message)
    turn = await backend.claim_turn(ClaimTurn(worker=WORKER, wait_seconds=5))
    if turn is None:
        raise RuntimeError("no turn to claim")
    metadata = {"turn_id": str(turn.id), "asked": turn.asked, "message_id": str(turn.message_id)}
    body = {"sender": str(turn.conversation_id), "message": turn.text, "metadata": metadata}
    async with http.post(f"{chain.url('bot')}/webhooks/rest/webhook", json=body) as answer:
        said = [item["text"] for item in await answer.json() if "text" in item]
    replies = [Reply(text=line, asks=None) for line in said[:-1]]
    if not said:
        raise RuntimeError(f"the stock bot said nothing to {text}")
    replies.append(Reply(text=said[-1], asks=asks))
    done = TurnDone(worker=WORKER, epoch=turn.epoch, engine=Engine.RASA, replies=replies, passive=True)
    await backend.finish_turn(turn.id, done)


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
            _wait_for_port(self, name)

    def command(self, name: str) -> list[str]:
        if name == "bot":
            rasa = [str(ROOT / "bot/.venv/bin/python"), "-m", "rasa", "run", "-i", "127.0.0.1"]
            files = ["--endpoints", "bench/stock/endpoints.yml", "--credentials", "bench/stock/credentials.yml"]
            return [*rasa, "-p", str(self.ports["bot"]), "-m", str(self.model), *files]
        if name == "actions":
            return [sys.executable, "-m", "bench.stock.server", str(self.ports["actions"])]
        return super().command(name)


def measured(
    chain: Chain, programs: list[str], talk: Callable[[Chain, int], Coroutine[Any, Any, None]]
) -> dict[str, float]:
    asyncio.run(talk(chain, WARM_UP))
    meter = Meter({name: chain.pid(name) for name in programs})
    asyncio.run(talk(chain, DIALOGUES))
    cpu, rss, turns = meter.cpu(), meter.rss(), DIALOGUES * len(SCRIPT)
    with sqlite3.connect(chain.var / "tingsu.db") as database:
        filed = database.execute("SELECT count(*) FROM cases").fetchone()[0]
    return {
        "unfiled": DIALOGUES + WARM_UP - filed,
        **{f"cpu_{name}": used / turns for name, used in cpu.items()},
        "cpu_all": sum(cpu.values()) / turns,
        "rss_all": sum(rss.values()),
        "rss_rasa": rss["bot"],
    }


def run_ours(var: Path) -> dict[str, float]:
    with Chain(var, trained()) as chain:
        return measured(chain, ["casebackend", "actions", "bot", "channels"], ours)


def run_stock(var: Path) -> dict[str, float]:
    model = trained("--config", "bot/stock/config.yml")
    chain = StockChain(var, model)
    chain.env |= {
        "TINGSU_STOCK_DB": str(var / "stock.db"),
        "RASA_TELEMETRY_ENABLED": "false",
        "SANIC_HOST": "127.0.0.1",
    }
    with chain:
        return measured(chain, list(PEER), stock)


def _wait_for_port(chain: Chain, name: str, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any(c.laddr[1:2] == (chain.ports[name],) for c in psutil.net_connections("tcp") if c.status == "LISTEN"):
            return
        if not chain.alive(name):
            raise RuntimeError(f"{name} ended: {chain.log(name)[-1500:]}")
        time.sleep(0.5)
    raise TimeoutError(name)


def main() -> int:
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="tingsu-bench-") as folder:
        mine, peer = run_ours(Path(folder) / "ours"), run_stock(Path(folder) / "stock")
    turns = DIALOGUES * len(SCRIPT)
    note = {"turns": turns, "load": os.getloadavg()[0]}
    figures.show("dialogues that did not end in a case, ours", ours=mine["unfiled"], bar=0)
    figures.show("dialogues that did not end in a case, the stock way", ours=peer["unfiled"])
    figures.show("CPU s per turn, all programs", ours=mine["cpu_all"], peer=peer["cpu_all"], **note)
    for name in ("casebackend", "actions"):
        figures.show(f"CPU s per turn, {name}", ours=mine[f"cpu_{name}"], peer=peer[f"cpu_{name}"])
    figures.show("CPU s per turn, channels", ours=mine["cpu_channels"])
    figures.show("CPU s per turn, Rasa alone", ours=mine["cpu_bot"], peer=peer["cpu_bot"], **note)
    figures.show("RSS MB, all programs", ours=mine["rss_all"] / 1e6, peer=peer["rss_all"] / 1e6)
    figures.show("RSS MB, Rasa alone", ours=mine["rss_rasa"] / 1e6, peer=peer["rss_rasa"] / 1e6)
    print(json.dumps({"note": "ours counts the channels program; for the stock way the bench itself is the channel"}))
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
