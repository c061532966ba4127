"""Rotation of the data key over 100,000 rows with 20 kill -9, beside a program that goes on writing.

python -m bench.keys [--rows 100000] [--kills 20] [--database sqlite|postgres|both]
"""

import argparse
import asyncio
import base64
import json
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import insert, select

from casebackend.customers import service as customers
from casebackend.customers.model import Customer, PersonalValue
from casebackend.customers.vault import Vault
from casebackend.database import Database
from casebackend.keys import service
from casebackend.keys.registry import SEALED
from casebackend.schema import METADATA
from ops.figures import Figures
from tests.databases import fresh_url

OLD, NEW = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
PORTION = 2_000
LONGEST_LIFE = 0.9


def opened(url: str, keys: str) -> Database:
    return Database(url, info={"vault": Vault(keys), "audit_key": b"k" * 32})


async def schema(url: str) -> None:
    database = opened(url, OLD)
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    await database.dispose()


async def fill(url: str, rows: int) -> dict[str, str]:
    """A fifth of them customers with three values each; what each value is, by row and column."""
    database, vault, known = opened(url, OLD), Vault(OLD), {}
    for start in range(0, rows, PORTION):
        people, words = [], []
        for place in range(start, min(start + PORTION, rows)):
            row = uuid4()
            if place % 5 == 0:
                plain = {"name": f"客户{place}", "phone": f"138{place:08}", "id_number": f"11010119900101{place:06}"}
                sealed = {f"{name}_enc": vault.seal("customers", f"{name}_enc", row, v) for name, v in plain.items()}
                index = vault.index("phone", plain["phone"])
                people.append({"id": row, "created_at": NOW, "updated_at": NOW, "phone_index": index} | sealed)
                known |= {f"{row} {name}_enc": value for name, value in plain.items()}
            else:
                value = vault.seal("personal_values", "value_enc", row, f"值{place}")
                about = {"conversation_id": uuid4(), "token": "[姓名#1]", "kind": "姓名", "masked": "值**"}
                words.append({"id": row, "value_enc": value} | about)
                known[f"{row} value_enc"] = f"值{place}"
        async with database.transaction() as session:
            await session.execute(insert(Customer), people)
            await session.execute(insert(PersonalValue), words)
    await database.dispose()
    return known


async def rotated(url: str) -> None:
    database = opened(url, f"{NEW},{OLD}")
    await service.rotate(database)
    await database.dispose()


async def goes_on(url: str, log: Path) -> None:
    """The living system: new customers, and known ones who say another name. What was committed stands in the log."""
    database, turn = opened(url, f"{NEW},{OLD}"), 0
    while not log.with_name("stop").exists():
        turn += 1
        async with database.transaction() as session:
            one = await customers.register(
                session, channel="webchat", sender=f"s{turn % 50}", name=f"新客{turn}", phone=None, id_number=None,
                now=NOW,
            )  # fmt: skip
        with log.open("a") as file:
            file.write(json.dumps([str(one.id), f"新客{turn}"]) + "\n")
        await asyncio.sleep(0.02)
    await database.dispose()


def apart(work: Callable[[], Awaitable[None]]) -> int:
    """In a process of its own, which is everything that a kill takes away."""
    child = os.fork()
    if child:
        return child
    try:
        asyncio.run(work())  # type: ignore[arg-type]
    finally:
        os._exit(0)


async def read(url: str, keys: str) -> tuple[dict[str, str], int]:
    """Every value, opened, and how many stand under an old key."""
    database, found = opened(url, keys), {}
    async with database.reading() as session:
        left = sum(each.left for each in await service.standing(session))
        for place in SEALED:
            table = METADATA.tables[place.table]
            identity, column = table.c[place.row], table.c[place.column]
            for row, sealed in await session.execute(select(identity, column).where(column.is_not(None))):
                found[f"{row} {place.column}"] = customers.vault(session).open(place.table, place.column, row, sealed)
    await database.dispose()
    return found, left


def measure(figures: Figures, url: str, name: str, scale: argparse.Namespace, folder: Path) -> None:
    known = asyncio.run(fill(url, scale.rows))
    dice, log = random.Random(20), folder / "written.jsonl"
    writer, began, killed = apart(lambda: goes_on(url, log)), time.monotonic(), 0
    for _ in range(scale.kills):
        child, life = apart(lambda: rotated(url)), dice.uniform(0.05, LONGEST_LIFE)
        time.sleep(life)
        os.kill(child, signal.SIGKILL)
        killed += os.waitpid(child, 0)[1] == signal.SIGKILL
    left_after_kills = asyncio.run(read(url, f"{NEW},{OLD}"))[1]
    os.waitpid(apart(lambda: rotated(url)), 0)
    took = time.monotonic() - began
    log.with_name("stop").touch()
    os.waitpid(writer, 0)
    for row, value in map(json.loads, log.read_text().splitlines()):
        known[f"{row} name_enc"] = value
    found, left = asyncio.run(read(url, NEW))  # the old key is gone: whatever still needs it cannot be opened
    wrong = sum(found.get(key) != value for key, value in known.items())
    more = {"database": name, "rows": scale.rows, "values": len(known), "kills": killed, "seconds": round(took, 1)}
    figures.show("keys: values lost or changed", ours=wrong, bar=0, **more)
    figures.show("keys: values under the old key", ours=left, bar=0, left_after_kills=left_after_kills, **more)
    figures.show("keys: kills that hit a rotation", ours=killed, bar=scale.kills, at_least=True, database=name)


def main(scale: argparse.Namespace) -> int:
    figures = Figures()
    for name in ("sqlite", "postgres") if scale.database == "both" else (scale.database,):
        os.environ["TINGSU_TEST_DATABASE"] = name
        folder = Path(tempfile.mkdtemp(prefix="tingsu-keys-"))
        context = fresh_url(schema, folder)
        url = asyncio.run(context.__aenter__())
        try:
            measure(figures, url, name, scale, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return figures.exit_code


def given() -> argparse.Namespace:
    chosen = argparse.ArgumentParser(description=__doc__)
    chosen.add_argument("--rows", type=int, default=100_000)
    chosen.add_argument("--kills", type=int, default=20)
    chosen.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    return chosen.parse_args()


if __name__ == "__main__":
    raise SystemExit(main(given()))
