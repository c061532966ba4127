"""F40 to F44 of the reliability design at full scale: workers killed, paused and overrun, and a clock that jumps.

python -m bench.reminders [--only f40,f41] [--database sqlite] ... ; the figures name the scale at which they were made.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import time

from sqlalchemy import select

from bench.backlog import backlog, pressed
from bench.jumping import JUMPS, jump_through, libfaketime
from casebackend.leader import LEASE
from casebackend.notices.model import Notice
from ops.figures import Figures
from tests.casebackend.fleet import Fleet, all_told, in_hands, probes, run_out, stale_effects, told, until
from tests.world import World

WORKERS, KILL_SECONDS, CASES, EACH_PAUSE = 4, 2, 20, 4
PATIENCE = 3_600.0


def load() -> float:
    return round(os.getloadavg()[0], 1)


async def counted(world: World) -> dict[str, int]:
    """Clocks of ours that were told of once, twice or never."""
    found, wanted = await told(world), await probes(world)
    async with world.database.reading() as session:
        causes = list(await session.scalars(select(Notice.cause).where(Notice.kind == "clock.overdue")))
    noticed = {timer for cause in causes if (timer := cause.split(":")[1]) in wanted}
    return {
        "effects": sum(found[timer] for timer in wanted),
        "double": sum(found[timer] > 1 for timer in wanted),
        "missing": len(wanted - found.keys()),
        "without_notice": len(wanted - noticed),
    }


async def killed(figures: Figures, scale: argparse.Namespace) -> None:
    async with World.built() as world:
        await run_out(world, await in_hands(world, CASES), scale.timers)
        dice, kills, begun = random.Random(40), 0, time.monotonic()
        async with Fleet.of(world, WORKERS, speed=scale.speed) as fleet:
            done = asyncio.create_task(until(lambda: all_told(world, scale.timers), PATIENCE))
            while not done.done():
                await asyncio.wait([done], timeout=KILL_SECONDS)
                if not done.done():
                    fleet.kill_one(dice)
                    kills += 1
            await done
        found = await counted(world)
        more = {"workers": WORKERS, "kills": kills, "seconds": round(time.monotonic() - begun), "load": load()}
        figures.show("F40 effects", ours=found["effects"], bar=scale.timers, at_least=True, **found, **more)
        figures.show("F40 double or missing", ours=found["double"] + found["missing"] + found["without_notice"], bar=0)
        figures.show("F40 effects of a stale epoch", ours=(await stale_effects(world))[0], bar=0)


async def paused(figures: Figures, scale: argparse.Namespace) -> None:
    lease = LEASE.total_seconds() / scale.speed
    async with World.built() as world:
        cases, begun = await in_hands(world, CASES), time.monotonic()
        async with Fleet.of(world, WORKERS, speed=scale.speed) as fleet:
            for turn in range(scale.pauses):
                await run_out(world, cases, EACH_PAUSE, first=turn * EACH_PAUSE)
                asleep, since = await fleet.pause_the_leader(PATIENCE), time.monotonic()
                await fleet.a_leader(PATIENCE, other_than=asleep)
                await asyncio.sleep(max(0.0, 3 * lease - (time.monotonic() - since)))
                os.kill(asleep, signal.SIGCONT)
            await until(lambda: all_told(world, scale.pauses * EACH_PAUSE), PATIENCE)
            await asyncio.sleep(1)
        stale, refused = await stale_effects(world)
        found = await counted(world)
        more = {
            "pauses": scale.pauses,
            "lease_seconds": lease,
            "seconds": round(time.monotonic() - begun),
            "load": load(),
        }
        figures.show("F41 effects of a stale epoch", ours=stale, bar=0, refused=refused, **more)
        figures.show("F41 double or missing", ours=found["double"] + found["missing"], bar=0, **found)


async def overdue(figures: Figures, scale: argparse.Namespace) -> None:
    async with backlog(scale.overdue) as (settings, database):
        report = await pressed(settings, database)
    more = {"overdue": scale.overdue, "load": load()}
    figures.show("F43 s until the last clock has struck", ours=report.struck_seconds, **more)
    cpu = dict(zip(("worker_cpu", "web_cpu", "postgres_cpu"), report.cpu, strict=False))
    figures.show("F43 s until everybody is told", ours=report.told_seconds, bar=300, **cpu, **more)
    figures.show("F43 duplicates", ours=report.double, bar=0, messages=report.messages)
    figures.show("F43 missing", ours=report.missing, bar=0)
    figures.show("F43 struck before an older one of an earlier batch", ours=report.out_of_order, bar=0)
    figures.show("F43 wall s of the API meanwhile, p95", ours=report.p95, bar=0.3, requests=report.requests, **more)


async def jumped(figures: Figures, scale: argparse.Namespace) -> None:
    if libfaketime() is None:
        sys.stderr.write("F44: libfaketime is not installed (Debian: apt-get install libfaketime)\n")
        figures.failed = True
        return
    async with World.built() as world:
        report = await jump_through(world, scale.jumped)
        found = await counted(world)
    more = {"timers": scale.jumped, "jumps": JUMPS, "started_again": report.again, "load": load()}
    figures.show("F44 double", ours=found["double"], bar=0, **found, **more)
    figures.show("F44 missing", ours=found["missing"] + found["without_notice"], bar=0)
    figures.show("F44 alarms about the clock", ours=report.alarms, bar=len(JUMPS), at_least=True)


PARTS = {"f40": killed, "f41": paused, "f43": overdue, "f44": jumped}


def given() -> argparse.Namespace:
    chosen = argparse.ArgumentParser(description=__doc__)
    chosen.add_argument("--only", default="f40,f41,f43,f44")
    chosen.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    chosen.add_argument("--timers", type=int, default=10_000, help="F40")
    chosen.add_argument("--pauses", type=int, default=500, help="F41")
    chosen.add_argument("--overdue", type=int, default=50_000, help="F43")
    chosen.add_argument("--jumped", type=int, default=1_000, help="F44")
    chosen.add_argument("--speed", type=float, default=30, help="F40, F41: the lease of 15 s ends after 15/speed")
    return chosen.parse_args()


def main(scale: argparse.Namespace) -> int:
    os.environ["TINGSU_TEST_DATABASE"] = scale.database
    figures = Figures()
    for part in scale.only.split(","):
        asyncio.run(PARTS[part](figures, scale))
    return figures.exit_code


if __name__ == "__main__":
    raise SystemExit(main(given()))
