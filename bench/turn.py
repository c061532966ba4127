"""What one turn costs: CPU seconds and resident memory of all programs and of Rasa alone, ours against the stock way.

The peer is the stock pipeline (bot/stock/config.yml), Rasa's own server with its REST channel and SQL tracker store,
and rasa-sdk's own action server, on the same case backend, the same actions and the same dialogue, in the same run.
"""

import asyncio
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from bench.metering import Meter
from bench.stock.chain import PEER, stock_chain, wait_for_port
from bench.throughput import AT_ONCE, RasaAlone, measure, our_say, stock_say
from bench.training import STOCK, cost, trained
from casebackend.api.client import CaseBackend
from casebackend.api.conversations import ClaimTurn, Inbound, Reply, TurnDone
from casebackend.conversations.rules import Asked, Channel, Engine
from ops.chain import Chain
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


class Side:
    """One of the two, ours or the stock way: a running chain and what its dialogues have cost."""

    def __init__(
        self, chain: Chain, programs: list[str], talk: Callable[[Chain, int], Coroutine[Any, Any, None]]
    ) -> None:
        self._chain, self._talk = chain, talk
        self._pids = {name: chain.pid(name) for name in programs}
        self._cpu = dict.fromkeys(programs, 0.0)
        self._ready = {f"ready_{name}": Meter({name: pid}).spent() for name, pid in self._pids.items()}

    def dialogues(self, count: int, *, counted: bool = True) -> None:
        meter = Meter(self._pids)
        asyncio.run(self._talk(self._chain, count))
        for name, used in meter.cpu().items():
            self._cpu[name] += used if counted else 0

    def figures(self) -> dict[str, float]:
        rss, turns = Meter(self._pids).rss(), DIALOGUES * len(SCRIPT)
        with sqlite3.connect(self._chain.var / "tingsu.db") as database:
            filed = database.execute("SELECT count(*) FROM cases").fetchone()[0]
        return {
            "unfiled": DIALOGUES + WARM_UP - filed,
            **{f"cpu_{name}": used / turns for name, used in self._cpu.items()},
            "cpu_all": sum(self._cpu.values()) / turns,
            "rss_all": sum(rss.values()),
            "rss_rasa": rss["bot"],
            **self._ready,
        }


def run_both(var: Path, model: Path, stock_model: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Both stand ready all the time, and have one dialogue in turn: so both meet the same load of the machine."""
    with Chain(var / "ours", model) as our_chain, stock_chain(var / "stock", stock_model) as peer_chain:
        mine = Side(our_chain, ["casebackend", "actions", "bot", "channels"], ours)
        peer = Side(peer_chain, list(PEER), stock)
        for side in (mine, peer):
            side.dialogues(WARM_UP, counted=False)
        for _ in range(DIALOGUES):
            mine.dialogues(1)
            peer.dialogues(1)
        return mine.figures(), peer.figures()


def one_process(var: Path, model: Path, stock_model: Path) -> tuple[RasaAlone, RasaAlone]:
    """Both Rasas, measured batch by batch in turn."""
    mine, peer = Chain(var / "ours", model), stock_chain(var / "stock", stock_model)
    rasas = (
        RasaAlone(mine, lambda: mine.wait("bot"), our_say(mine)),
        RasaAlone(peer, lambda: wait_for_port(peer, "bot"), stock_say(peer)),
    )
    measure(SCRIPT, *rasas)
    return rasas


def main() -> int:
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="tingsu-bench-") as folder:
        at = Path(folder)
        model, stock_model = trained(out=at / "models"), trained(STOCK)
        mine, peer = run_both(at / "both", model, stock_model)
        rasas = one_process(at / "alone", model, stock_model)
        training = cost(model), cost(stock_model)
    _show_turns(figures, mine, peer)
    _show_one_process(figures, *rasas)
    figures.show("CPU s of training", ours=training[0], peer=training[1], bar=0.1)
    print(json.dumps({"note": "ours counts the channels program; for the stock way the bench itself is the channel"}))
    return figures.exit_code


def _show_turns(figures: Figures, mine: dict[str, float], peer: dict[str, float]) -> None:
    note = {"turns": DIALOGUES * len(SCRIPT), "load": os.getloadavg()[0]}
    figures.show("dialogues that did not end in a case, ours", ours=mine["unfiled"], bar=0)
    figures.show("dialogues that did not end in a case, the stock way", ours=peer["unfiled"])
    figures.show("CPU s per turn, all programs", ours=mine["cpu_all"], peer=peer["cpu_all"], bar=0.6, **note)
    for name in ("casebackend", "actions"):
        figures.show(f"CPU s per turn, {name}", ours=mine[f"cpu_{name}"], peer=peer[f"cpu_{name}"])
    figures.show("CPU s per turn, channels", ours=mine["cpu_channels"])
    figures.show("CPU s per turn, Rasa alone", ours=mine["cpu_bot"], peer=peer["cpu_bot"], bar=0.33, **note)
    figures.show("RSS MB, all programs", ours=mine["rss_all"] / 1e6, peer=peer["rss_all"] / 1e6, bar=0.6)
    figures.show("RSS MB, Rasa alone", ours=mine["rss_rasa"] / 1e6, peer=peer["rss_rasa"] / 1e6)
    for name in ("casebackend", "actions", "bot"):
        figures.show(f"CPU s until ready, {name}", ours=mine[f"ready_{name}"], peer=peer[f"ready_{name}"])
    figures.show("CPU s until ready, channels", ours=mine["ready_channels"])


def _show_one_process(figures: Figures, mine: RasaAlone, peer: RasaAlone) -> None:
    note = {"turns": mine.turns, "at_once": AT_ONCE, "load": os.getloadavg()[0]}
    per_cpu = "turns per CPU s of one Rasa process"
    figures.show(per_cpu, ours=mine.turns / mine.cpu, peer=peer.turns / peer.cpu, bar=3, at_least=True, **note)
    per_clock = "turns per s of one Rasa process, by the clock"
    figures.show(per_clock, ours=mine.turns / mine.seconds, peer=peer.turns / peer.seconds, **note)


if __name__ == "__main__":
    sys.exit(main())
