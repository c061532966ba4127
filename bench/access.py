"""Who gets in where: every live route for every principal and relation, then each guard switched off.

python -m bench.access [--share 5] [--database sqlite|postgres] [--no-mutants]

A world is built through the real services: people of each role, of the own and of other branches, leavers, disabled
and unfinished logins, programs, service tokens of each scope; cases in each relation, canaries in every text. Expected
answers come from access/matrix.yaml and from a brute-force oracle over the rows (tests/casebackend/access/oracle.py).
A leak is a cell that let somebody in, showed a canary, changed a row while refusing, or left no line in the audit.
`--share N` fires one cell of N: 1 is all (53,000 on 2026-11-22), 5 some 12,000. Whatever N, each route keeps one of
each kind, five people read every list, and all deeds and counts of extras.py are asked.
"""

import argparse
import asyncio
import os
import sys
import time

from ops.figures import Figures
from tests.casebackend.access import mutants
from tests.casebackend.access.campaign import Campaign, Run, campaign

SHOWN = 40
PRINCIPALS = 18


def said(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def measured(scale: argparse.Namespace, figures: Figures) -> None:
    began = time.monotonic()
    async with campaign(said) as run_of:
        ground = run_of.ground
        for sentence in ground.lacking():
            said(f"LACKING {sentence}")
        found = await run_of.run(run_of.probes(scale.share), watched=scale.mutants)
        for line in [*found.red[:SHOWN], *found.moved]:
            said(f"RED {line}")
        more = {"database": scale.database, "share": scale.share, "seconds": round(time.monotonic() - began, 1)}
        people = ground.stage.persons.all
        figures.show("routes", ours=len(ground.routes), bar=len(ground.rows), at_least=True, **more)
        figures.show("principals", ours=len(people), bar=PRINCIPALS, at_least=True, cases=len(ground.stage.scenes))
        leaks, cells = len(found.red) + len(found.moved), found.fired.total()
        figures.show("leaks", ours=leaks, bar=0, cells=cells, of=dict(found.fired))
        figures.show("sentences of what is lacking", ours=len(ground.lacking()), bar=0)
        if scale.mutants:
            await hunted(run_of, found, figures)


async def hunted(run_of: Campaign, found: Run, figures: Figures) -> None:
    began, survivors, every = time.monotonic(), [], mutants.all_mutants()
    for mutant in every:
        red = await run_of.hunt(mutant, found)
        said(f"mutant {mutant.name}: {red or 'SURVIVED'}")
        if red is None:
            survivors.append(mutant.name)
    took = round(time.monotonic() - began, 1)
    figures.show("guard mutants survived", ours=len(survivors), bar=0, mutants=len(every), seconds=took)


def main(scale: argparse.Namespace) -> int:
    os.environ["TINGSU_TEST_DATABASE"] = scale.database
    figures = Figures()
    asyncio.run(measured(scale, figures))
    return figures.exit_code


def given() -> argparse.Namespace:
    chosen = argparse.ArgumentParser(description=__doc__)
    chosen.add_argument("--share", type=int, default=5)
    chosen.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    chosen.add_argument("--no-mutants", dest="mutants", action="store_false")
    return chosen.parse_args()


if __name__ == "__main__":
    raise SystemExit(main(given()))
