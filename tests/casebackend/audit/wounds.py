"""What somebody who may write to the database can do to the audit without its key; each can be healed again."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, insert, select, update

from casebackend.audit.model import AuditEntry, AuditHead
from tests.world import World

COLUMNS = ("id", "chain", "seq", "at", "actor", "event", "object", "detail", "address", "roles", "previous", "hash")
KINDS = (
    *(f"change {column}" for column in COLUMNS), "delete", "delete many", "insert", "append", "swap", "reorder",
    "replace head", "cut tail", "cut tail and head", "cut whole chain", "remove head", "copy from another chain",
)  # fmt: skip
type Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Wound:
    """`names`: how the sentence about it begins. `rows` and `heads` are what stood there before."""

    names: str
    chains: tuple[str, ...]
    rows: Rows
    heads: Rows


async def chains_of(world: World) -> list[str]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(AuditHead.chain).where(AuditHead.chain.startswith("c"))))


async def _held(world: World, chains: tuple[str, ...]) -> tuple[Rows, Rows]:
    async with world.database.reading() as session:
        rows = select(*AuditEntry.__table__.columns).where(AuditEntry.chain.in_(chains))
        heads = select(*AuditHead.__table__.columns).where(AuditHead.chain.in_(chains))
        ordered = rows.order_by(AuditEntry.chain, AuditEntry.seq)
        return (
            [dict(row._mapping) for row in await session.execute(ordered)],
            [dict(row._mapping) for row in await session.execute(heads)],
        )


async def _put(world: World, chains: tuple[str, ...], rows: Rows, heads: Rows) -> None:
    async with world.database.transaction() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.chain.in_({*chains, "moved"})))
        await session.execute(delete(AuditHead).where(AuditHead.chain.in_(chains)))
        if rows:
            await session.execute(insert(AuditEntry), rows)
        if heads:
            await session.execute(insert(AuditHead), heads)


async def heal(world: World, done: Wound) -> None:
    await _put(world, done.chains, done.rows, done.heads)


async def wound(world: World, kind: str, chain: str, dice: random.Random) -> Wound:
    other = dice.choice([each for each in await chains_of(world) if each != chain])
    chains = (chain, other) if kind.startswith("copy") else (chain,)
    rows, heads = await _held(world, chains)
    mine = [dict(row) for row in rows if row["chain"] == chain]
    theirs = [dict(row) for row in rows if row["chain"] == other]
    place = dice.randrange(len(mine))
    if kind.startswith("change "):
        first = await _changed(world, mine[place], kind.removeprefix("change "), len(mine))
    elif kind in ("replace head", "remove head"):
        first = await _headless(world, kind, mine, dice)
    else:
        first = _damaged(kind, mine, theirs, place, dice)
        head = next(row for row in heads if row["chain"] == chain)
        kept = [head] if mine else []
        if kind == "cut tail and head":
            kept = [head | {"seq": mine[-1]["seq"], "hash": mine[-1]["hash"]}]
        others = [row for row in heads if row["chain"] == other]
        await _put(world, chains, mine + theirs, kept + others)
    names = f"{chain} 没有链头" if kind == "remove head" else f"{chain} 第 {first} 行"
    return Wound(names, chains, rows, heads)


async def _changed(world: World, row: dict[str, Any], column: str, length: int) -> int:
    before = row[column]
    values: dict[str, Any] = {
        "id": uuid4(), "chain": "moved", "seq": before if not isinstance(before, int) else before + 1_000,
        "at": row["at"] + timedelta(seconds=1), "actor": "staff:nobody", "event": "thing.undone", "object": "other",
        "detail": {"n": -1}, "address": "10.9.9.9", "roles": "executive", "previous": "f" * 64, "hash": "0" * 64,
    }  # fmt: skip
    async with world.database.transaction() as session:
        await session.execute(update(AuditEntry).where(AuditEntry.id == row["id"]).values({column: values[column]}))
    return int(row["seq"])


async def _headless(world: World, kind: str, mine: Rows, dice: random.Random) -> int:
    chain, last = mine[0]["chain"], mine[-1]
    async with world.database.transaction() as session:
        if kind == "remove head":
            await session.execute(delete(AuditHead).where(AuditHead.chain == chain))
        else:
            older = dice.choice(mine[:-1])
            wrong = {"hash": "e" * 64} if dice.random() < 0.5 else {"seq": older["seq"], "hash": older["hash"]}
            await session.execute(update(AuditHead).where(AuditHead.chain == chain).values(wrong))
    return int(last["seq"])


def _damaged(kind: str, mine: Rows, theirs: Rows, place: int, dice: random.Random) -> int:
    """`mine` in place; the number of the first bad row."""
    first = int(mine[place]["seq"])
    match kind:
        case "delete" | "delete many":
            del mine[place : place + (5 if kind == "delete many" else 1)]
        case "insert":
            for row in mine[place:]:
                row["seq"] += 1
            mine.insert(place, mine[place] | {"id": uuid4(), "seq": first, "detail": {"n": -7}})
        case "append":
            first = len(mine) + 1
            mine.append(mine[-1] | {"id": uuid4(), "seq": first, "previous": mine[-1]["hash"]})
        case "swap":
            target = (place + 1 + dice.randrange(len(mine) - 1)) % len(mine)
            one, two = mine[place], mine[target]
            one["seq"], two["seq"] = two["seq"], one["seq"]
            first = min(place, target) + 1
        case "reorder":
            start = min(place, len(mine) - 3)
            for row, seq in zip(mine[start : start + 3], (start + 3, start + 1, start + 2), strict=True):
                row["seq"] = seq
            first = start + 1
        case "cut tail" | "cut tail and head":
            place = max(place, 1)
            del mine[place:]
            first = place + 1
        case "cut whole chain":
            mine.clear()
            first = 1
        case _:
            source = theirs[place % len(theirs)]
            mine[place] = source | {"id": uuid4(), "chain": mine[place]["chain"], "seq": first}
    return first
