"""1,000 random manipulations of the audit, each found, its first bad row named, and healed; and the speed of a
verification whose memory does not grow with the history.

python -m bench.audit [--wounds 1000] [--rows 200000] [--database sqlite|postgres|both]
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import delete, insert

from casebackend.audit import anchors, rules, verifying
from casebackend.audit.model import AuditEntry, AuditHead
from casebackend.audit.service import signed
from casebackend.database import Database
from ops.figures import Figures
from tests.casebackend.audit.wounds import KINDS, Wound, chains_of, heal, wound
from tests.casebackend.audit.writing import history
from tests.world import World

CHAINS, LINKS = 12, 30
PORTION = 5_000


async def found(world: World, folder: Path) -> list[str]:
    async with world.database.reading() as session:
        broken = await verifying.verify(session, session.info["audit_key"])
        return broken + await anchors.check(session, folder)


async def wounded(world: World, folder: Path, count: int, figures: Figures, name: str) -> None:
    await history(world, chains=CHAINS, links=LINKS)
    world.wait(hours=2)
    await anchors.write(world.database, folder, now=world.time)
    assert await found(world, folder) == []
    dice, missed, misnamed, by_kind, began = random.Random(1000), 0, 0, dict.fromkeys(KINDS, 0), time.monotonic()
    chains = await chains_of(world)
    for turn in range(count):
        kind = KINDS[turn % len(KINDS)]
        done: Wound = await wound(world, kind, dice.choice(chains), dice)
        said = await found(world, folder)
        missed += not said
        misnamed += not any(each.startswith(done.names) for each in said)
        if not any(each.startswith(done.names) for each in said):
            sys.stderr.write(f"{kind}: wanted {done.names}, got {said[:3]}\n")
        by_kind[kind] += 1
        await heal(world, done)
    assert await found(world, folder) == []
    more = {"database": name, "wounds": count, "kinds": len(by_kind), "seconds": round(time.monotonic() - began, 1)}
    figures.show("audit: manipulations not found", ours=missed, bar=0, **more)
    figures.show("audit: first bad row not named", ours=misnamed, bar=0, **more)


async def fill(database: Database, rows: int, world: World) -> None:
    """Chains of a hundred links, each made as `record` makes it."""
    key = database._sessions.kw["info"]["audit_key"]
    made, heads = [], []
    for chain in range(rows // 100):
        previous = rules.GENESIS
        for seq in range(1, 101):
            row = AuditEntry(
                id=uuid4(), chain=f"bulk:{chain:08}", seq=seq, at=world.time + timedelta(seconds=seq), actor="staff:x",
                event="case.moved", object=f"TS{chain:014}", detail={"version": seq, "fields": ["facts"]},
                previous=previous, hash="",
            )  # fmt: skip
            row.hash = previous = rules.link(key, previous, signed(row))
            made.append({column.key: getattr(row, column.key) for column in AuditEntry.__table__.columns})
        heads.append({"chain": f"bulk:{chain:08}", "seq": 100, "hash": previous})
        if len(made) >= PORTION:
            await _store(database, made, heads)
            made, heads = [], []
    if made:
        await _store(database, made, heads)


async def _store(database: Database, made: Sequence[dict[str, object]], heads: Sequence[dict[str, object]]) -> None:
    async with database.transaction() as session:
        await session.execute(insert(AuditEntry), list(made))
        await session.execute(insert(AuditHead), list(heads))


async def _verified(world: World) -> verifying.Report:
    async with world.database.reading() as session:
        report = await verifying.report(session, session.info["audit_key"])
    assert report.broken == []
    return report


async def speed(world: World, rows: int, figures: Figures, name: str) -> None:
    await fill(world.database, rows, world)
    began = time.monotonic()
    report = await _verified(world)
    took = time.monotonic() - began
    tracemalloc.start()
    await _verified(world)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    more = {"database": name, "rows": report.rows, "load": round(os.getloadavg()[0], 1)}
    figures.show("audit: s a million rows to verify", ours=took / report.rows * 1_000_000, **more)
    figures.show("audit: MB allocated at most while verifying", ours=peak, bar=60, **more)
    async with world.database.transaction() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.chain.startswith("bulk:")))


async def measure(figures: Figures, name: str, scale: argparse.Namespace) -> None:
    async with World.built() as world:
        with tempfile.TemporaryDirectory() as folder:
            await wounded(world, Path(folder), scale.wounds, figures, name)
        await speed(world, scale.rows, figures, name)


def main(scale: argparse.Namespace) -> int:
    figures = Figures()
    for name in ("sqlite", "postgres") if scale.database == "both" else (scale.database,):
        os.environ["TINGSU_TEST_DATABASE"] = name
        asyncio.run(measure(figures, name, scale))
    return figures.exit_code


def given() -> argparse.Namespace:
    chosen = argparse.ArgumentParser(description=__doc__)
    chosen.add_argument("--wounds", type=int, default=1_000)
    chosen.add_argument("--rows", type=int, default=200_000)
    chosen.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    return chosen.parse_args()


if __name__ == "__main__":
    raise SystemExit(main(given()))
