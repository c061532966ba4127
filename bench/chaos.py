"""F20 at full scale: 1,000 kill -9 of the web process during intake, 8 clients, one delivery in ten twice.

python -m bench.chaos [--kills 1000] [--only sqlite,postgres]. What was promised must be stored, once; the check of the
business and the audit chains must hold. (What kills and stops the worker is bench/reminders.py.)
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
from pathlib import Path

from ops.figures import Figures
from tests.contracts.history import compared
from tests.contracts.killing import CLIENTS, killed_under_load
from tests.contracts.served import Served, closing
from tests.databases import fresh_url
from tests.world import prepare

DATABASES = ("sqlite", "postgres")


async def one(kills: int, seed: int) -> dict[str, object]:
    folder = Path(tempfile.mkdtemp(prefix="tingsu-chaos-"))
    async with fresh_url(prepare, folder) as url:
        with closing(Served(url, folder)) as served:
            begun = time.monotonic()
            history = await killed_under_load(served, kills, dice=random.Random(seed))
            wrong = await compared(served, history)
            checked = [served.command("check"), served.command("audit", "verify")]
    return {
        "kills": kills,
        "clients": CLIENTS,
        "messages": len(history.messages),
        "cases": len(history.filings),
        "sent_twice": history.duplicates,
        "unanswered": history.unanswered,
        "wrong": wrong[:5],
        "lost_or_doubled": len(wrong),
        "checks_that_fail": [said for said in checked if not said.startswith("一切正常")],
        "seconds": round(time.monotonic() - begun),
        "load": round(os.getloadavg()[0], 1),
    }


def asked() -> argparse.Namespace:
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=1_000)
    options.add_argument("--seed", type=int, default=20)
    options.add_argument("--only", default=",".join(DATABASES))
    options.add_argument("--here", action="store_true", help="on the database in force; prints one line")
    return options.parse_args()


def main() -> int:
    given = asked()
    if given.here:
        print(json.dumps(asyncio.run(one(given.kills, given.seed)), ensure_ascii=False))
        return 0
    figures = Figures()
    for database in given.only.split(","):
        command = [sys.executable, "-m", "bench.chaos", "--here", f"--kills={given.kills}", f"--seed={given.seed}"]
        env = os.environ | {"TINGSU_TEST_DATABASE": database}
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        figures.show(f"F20 {database}: lost or doubled", ours=found["lost_or_doubled"], bar=0, **found)
        figures.show(f"F20 {database}: checks that fail", ours=len(found["checks_that_fail"]), bar=0)
    return figures.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
