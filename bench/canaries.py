"""1,000 personal values through every door, then a search for each in every place that keeps bytes.

python -m bench.canaries [--people 200] [--database sqlite|postgres|both]; five values a person.
Searched: each column of each table, the raw database files with their log (SQLite) or a copy of all tables
(PostgreSQL), a backup, the log of the program with its error output, everything below var/ (search index, mails and
SMS of the doubles, anchors, attachments), and every page and answer that a refusal gave.
"""

import argparse
import asyncio
import contextlib
import io
import logging
import os
import sys
import time

import structlog

from casebackend.logging import configure
from ops.figures import Figures
from tests.casebackend.canaries import Doors, copied, in_bytes, in_database, in_files, people, settled
from tests.world import World

SHOWN = 10


async def searched(count: int) -> tuple[dict[str, list[str]], float]:
    canaries, printed, began = people(count), io.StringIO(), time.monotonic()
    with contextlib.redirect_stderr(printed), contextlib.redirect_stdout(printed):
        configure("canaries")
        async with World.built() as world:
            doors = Doors(world)
            for place, canary in enumerate(canaries):
                await doors.plant(canary, place)
                world.wait(seconds=70)
                if place % 100 == 99:  # nobody stays at the desk for ten hours
                    doors = Doors(world)
            await settled(world)
            copied(world, world.settings.var_dir / "backup.db")
            found = {
                "columns": await in_database(world, canaries),
                "files": in_files(world.settings.var_dir, canaries),
                "log": list(in_bytes(printed.getvalue().encode(), canaries)),
            }
    structlog.reset_defaults()
    logging.root.handlers.clear()
    return found, time.monotonic() - began


def main(scale: argparse.Namespace) -> int:
    figures = Figures()
    for name in ("sqlite", "postgres") if scale.database == "both" else (scale.database,):
        os.environ["TINGSU_TEST_DATABASE"] = name
        found, took = asyncio.run(searched(scale.people))
        more = {"database": name, "values": scale.people * 5, "seconds": round(took, 1)}
        for where, leaks in found.items():
            for leak in leaks[:SHOWN]:
                sys.stderr.write(f"{where}: {leak}\n")
            figures.show(f"canaries found in {where}", ours=len(leaks), bar=0, **more)
    return figures.exit_code


def given() -> argparse.Namespace:
    chosen = argparse.ArgumentParser(description=__doc__)
    chosen.add_argument("--people", type=int, default=200)
    chosen.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    return chosen.parse_args()


if __name__ == "__main__":
    raise SystemExit(main(given()))
