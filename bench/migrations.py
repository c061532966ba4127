"""F30 at full scale: each migration since the first version, killed -9 at every statement and commit, and finished by
the next run.

python -m bench.migrations [--only sqlite,postgres] [--every 1]
"""

import argparse
import asyncio
import itertools
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ops.figures import Figures
from tests.contracts.first_version import FIRST, first_version
from tests.contracts.installation import Installation, Killed, Kills, killed_on_the_way, later_versions
from tests.databases import empty_url

DATABASES = ("sqlite", "postgres")


async def killed(every: int) -> Kills:
    kills = Kills()
    async with empty_url(Path(tempfile.mkdtemp(prefix="tingsu-migrations-"))) as url:
        here, hand = Installation.at(url), Killed(url)
        await here.upgrade(FIRST)
        await first_version(here.database)
        for version in later_versions():
            await killed_on_the_way(here, hand, version, kills, steps=itertools.count(1, every))
        hand.close()
        await here.database.dispose()
    return kills


def asked() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default=",".join(DATABASES))
    options.add_argument("--every", type=int, default=1, help="of so many steps one is killed at")
    options.add_argument("--here", action="store_true", help="on the database in force; prints figures")
    return options.parse_args()


def main() -> int:
    given = asked()
    if given.here:
        figures, where, begun = Figures(), os.environ["TINGSU_TEST_DATABASE"], time.monotonic()
        found = asyncio.run(killed(given.every))
        more = {"kills": found.count, "where": found.half_made[:5], "seconds": round(time.monotonic() - begun)}
        figures.show(f"schemas left half made by a kill, {where}", ours=len(found.half_made), bar=0, **more)
        return figures.exit_code
    command = [sys.executable, "-m", "bench.migrations", "--here", "--every", str(given.every)]
    ended = [
        subprocess.run(command, env=os.environ | {"TINGSU_TEST_DATABASE": name}, check=False).returncode
        for name in given.only.split(",")
    ]
    return max(ended)


if __name__ == "__main__":
    raise SystemExit(main())
