"""F25: sixteen colleagues hammer ten cases through the real web process, on PostgreSQL and on SQLite.

python -m bench.contention [--minutes 5] [--agents 16] [--cases 10] [--only postgres,sqlite]
Each writes with the version that he has just read: 412 is the right answer to whoever came second, and he reads again.
A login has one session, so the sixteen share three. An error is what a colleague could not help: any 5xx. `again`:
transactions that PostgreSQL ended for another and that were done again (casebackend/database.py, `Database.whole`).
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from uuid import uuid4

import httpx

from bench.serving import Meter, signed_in, web
from casebackend.check import check
from casebackend.settings import Settings
from ops.figures import Figures
from tests.casebackend.registration.takers import Counter as Desk
from tests.databases import on_postgres
from tests.world import World

LOGINS = ("lead", "supervisor", "agent")
KINDS = ("贷款", "票据", "信用卡", "银行卡")


class Hammer:
    def __init__(self, browser: httpx.AsyncClient, numbers: list[str], dice: random.Random) -> None:
        self._browser, self._numbers, self._dice = browser, numbers, dice
        self.answers: Counter[int] = Counter()
        self.seconds: list[float] = []

    async def until(self, end: float) -> None:
        while time.monotonic() < end:
            url = f"/api/v1/cases/{self._dice.choice(self._numbers)}"
            read = await self._timed("GET", url)
            tag = {"If-Match": read.headers.get("ETag", "*"), "Idempotency-Key": uuid4().hex}
            match self._dice.randrange(4):
                case 0 | 1:
                    body = {"category_b": self._dice.choice(KINDS), "reason": "核对"}
                    await self._timed("POST", f"{url}/classification", json=body, headers=tag)
                case 2:
                    await self._timed("POST", f"{url}/urges", json={"opinion": "客户来电催办"}, headers=tag)
                case 3:
                    paper = {"kind": "document", "title": "对账单", "source": "档案室"}
                    await self._timed("POST", f"{url}/evidence", json=paper, headers=tag)

    async def _timed(self, method: str, url: str, **how: object) -> httpx.Response:
        begun = time.perf_counter()
        answer = await self._browser.request(method, url, **how)  # type: ignore[arg-type]
        self.seconds.append(time.perf_counter() - begun)
        self.answers[answer.status_code] += 1
        return answer


async def one(minutes: float, agents: int, cases: int) -> dict[str, object]:
    log = Path(tempfile.mkdtemp(prefix="tingsu-contention-")) / "web.log"
    async with World.built() as world:
        desk = Desk(world)
        numbers = [str((await desk.sure())["number"]) for _ in range(cases)]
        settings: Settings = world.settings
        with web(settings, log) as (process, address):
            meter, dice = Meter(process), random.Random(25)
            browsers = [await signed_in(settings, address, login) for login in LOGINS]
            seats = [browsers[place % len(browsers)] for place in range(agents)]
            hammers = [Hammer(browser, numbers, random.Random(dice.random())) for browser in seats]
            end = time.monotonic() + minutes * 60
            await asyncio.gather(*(hammer.until(end) for hammer in hammers))
            cpu = meter.cpu()
        async with world.database.reading() as session:
            broken = await check(session, now=world.time)
    answers = sum((hammer.answers for hammer in hammers), Counter[int]())
    times = sorted(each for hammer in hammers for each in hammer.seconds)
    return {
        "answers": {str(status): count for status, count in sorted(answers.items())},
        "errors": sum(count for status, count in answers.items() if status >= 500),
        "p50": times[len(times) // 2],
        "p99": times[int(len(times) * 0.99)],
        "requests_per_second": round(len(times) / (minutes * 60), 1),
        "web_cpu_per_request": round(cpu / len(times), 4),
        "again": log.read_text().count("database.again"),
        "broken": broken[:5],
        "load": round(os.getloadavg()[0], 1),
        "database": "postgres" if on_postgres() else "sqlite",
    }


def asked() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=5)
    options.add_argument("--agents", type=int, default=16)
    options.add_argument("--cases", type=int, default=10)
    options.add_argument("--only", default="postgres,sqlite")
    options.add_argument("--here", action="store_true", help="on the database in force; prints one line")
    return options.parse_args()


def main() -> int:
    given = asked()
    if given.here:
        print(json.dumps(asyncio.run(one(given.minutes, given.agents, given.cases)), ensure_ascii=False))
        return 0
    figures = Figures()
    for database in given.only.split(","):
        command = [sys.executable, "-m", "bench.contention", "--here", f"--minutes={given.minutes}"]
        command += [f"--agents={given.agents}", f"--cases={given.cases}"]
        env = os.environ | {"TINGSU_TEST_DATABASE": database}
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        figures.show(f"F25 {database}: errors to a colleague", ours=found["errors"], bar=0, **found)
        figures.show(f"F25 {database}: what the check finds afterwards", ours=len(found["broken"]), bar=0)
        figures.show(f"F25 {database}: wall s, p99", ours=found["p99"], bar=0.5, load=found["load"])
    return figures.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
