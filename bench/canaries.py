"""1,000 personal values through every door, then a search for each in every place that keeps bytes.

python -m bench.canaries [--people 200] [--talkers 20] [--database sqlite|postgres|both]; five values a person.
Searched: each column of each table, the raw files of the database with their log of writes, a backup as the command
makes it (of PostgreSQL also written out as SQL), the log of the program with its error output, /metrics, everything
below var/ (search index, mails and SMS of the doubles, anchors, attachments), and every page and answer that a refusal
gave. With both databases `--talkers` of them talk to the real programs (bench/talking.py), where the bot's tracker is
searched too.
"""

import argparse
import asyncio
import contextlib
import io
import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import structlog

from bench.searching import Needles
from bench.talking import searched_chain, unpacked
from casebackend.backups.service import back_up
from casebackend.logging import configure
from ops.figures import Figures
from tests import databases
from tests.casebackend.canaries import Doors, copied, in_bytes, in_database, in_files, people, settled
from tests.casebackend.tokens.test_tokens import issued, system
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
            await saved(world, world.settings.var_dir / "backups")
            metrics = await system(world, str((await issued(world, "metrics", name="watch"))["token"])).get("/metrics")
            found = {
                "columns": await in_database(world, canaries),
                "files and backup": in_files(world.settings.var_dir, canaries),
                "log": list(in_bytes(printed.getvalue().encode(), canaries)),
                "metrics": list(in_bytes(metrics.content, canaries)),
            }
            with Needles(canaries) as needles:
                needles.require_teeth()
                if databases.on_postgres():
                    found["PostgreSQL, data and log of writes"] = needles.below(checkpointed())
            assert b"tingsu_inbox_depth" in metrics.content
    structlog.reset_defaults()
    logging.root.handlers.clear()
    return found, time.monotonic() - began


async def saved(world: World, folder: Path) -> None:
    await back_up(world.settings.model_copy(update={"pg_bin": databases.binaries()}), folder, now=world.time)
    await asyncio.to_thread(unpacked, folder)


def checkpointed() -> Path:
    """Where the server keeps its bytes, with nothing left in memory alone."""
    with psycopg.connect(databases._admin(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    return databases.scratch() / "postgres"


def in_process(scale: argparse.Namespace, figures: Figures) -> None:
    os.environ["TINGSU_TEST_DATABASE"] = scale.database
    found, took = asyncio.run(searched(scale.people))
    shown(figures, found, database=scale.database, values=scale.people * 5, seconds=round(took, 1))


def shown(figures: Figures, found: dict[str, list[str]], **more: object) -> None:
    for where, leaks in found.items():
        for leak in leaks[:SHOWN]:
            sys.stderr.write(f"{where}: {leak}\n")
        figures.show(f"canaries found in {where}", ours=len(leaks), bar=0, **more)


def main(scale: argparse.Namespace) -> int:
    """A process for each database: an application starts once in a process."""
    figures = Figures()
    if scale.database != "both":
        in_process(scale, figures)
        return figures.exit_code
    for name in ("sqlite", "postgres"):
        command = [sys.executable, "-m", "bench.canaries", f"--people={scale.people}", f"--database={name}"]
        figures.failed |= subprocess.run(command, check=False).returncode != 0
    if scale.talkers:
        with tempfile.TemporaryDirectory(prefix="tingsu-canaries-") as folder:
            Path(folder).chmod(0o755)
            shown(figures, searched_chain(Path(folder), people(scale.talkers)), values=scale.talkers * 5)
    return figures.exit_code


def given() -> argparse.Namespace:
    chosen = argparse.ArgumentParser(description=__doc__)
    chosen.add_argument("--people", type=int, default=200)
    chosen.add_argument("--talkers", type=int, default=20)
    chosen.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    return chosen.parse_args()


if __name__ == "__main__":
    raise SystemExit(main(given()))
