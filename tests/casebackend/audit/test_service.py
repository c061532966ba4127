import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from casebackend.audit import service
from casebackend.audit.model import AuditEntry, AuditHead
from casebackend.calendar.rules import SHANGHAI
from tests.casebackend.cases.builders import Desk, filed
from tests.world import World


async def broken(world: World) -> list[str]:
    async with world.database.reading() as session:
        return await service.verify(session, session.info["audit_key"])


async def history(world: World, chains: int = 3, links: int = 8) -> None:
    async with world.database.transaction() as session:
        for link in range(links):
            for chain in range(chains):
                await service.record(
                    session, chain=f"c{chain}", event="thing.done", actor="staff:x", object=f"o{link}",
                    now=world.time, detail={"n": link, "文": "字"},
                )  # fmt: skip


async def test_a_clean_history_holds(world: World) -> None:
    assert await broken(world) == []
    receipt = await filed(world)
    await Desk(world).replied(receipt.case_id)
    assert await broken(world) == []


async def test_a_time_of_another_zone_is_the_same_time_when_it_is_read_again(world: World) -> None:
    await history(world)
    world.time = world.time.astimezone(SHANGHAI)
    await history(world)
    async with world.database.transaction() as session:
        rows = await service.begin(
            session, chain="c9", event="thing.done", actor="staff:x", object="o", now=world.time, detail={}
        )
        session.add_all(rows)
    assert await broken(world) == []


TAMPERINGS: dict[str, dict[str, Any]] = {
    "detail": {"detail": {"n": 99}},
    "actor": {"actor": "staff:y"},
    "event": {"event": "thing.undone"},
    "object": {"object": "other"},
    "previous": {"previous": "f" * 64},
    "hash": {"hash": "0" * 64},
}


@pytest.mark.parametrize("what", sorted(TAMPERINGS))
async def test_a_changed_row_is_named(world: World, what: str) -> None:
    await history(world)
    values = TAMPERINGS[what]
    async with world.database.transaction() as session:
        await session.execute(update(AuditEntry).where(AuditEntry.chain == "c1", AuditEntry.seq == 4).values(**values))
    assert await broken(world) == ["c1 第 4 行与前一行不连续或被改动"]


async def test_a_removed_row_a_cut_tail_and_a_lost_head_are_found(world: World) -> None:
    await history(world)
    async with world.database.transaction() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.chain == "c0", AuditEntry.seq == 3))
        await session.execute(delete(AuditEntry).where(AuditEntry.chain == "c1", AuditEntry.seq > 6))
        await session.execute(delete(AuditHead).where(AuditHead.chain == "c2"))
    assert sorted(await broken(world)) == [
        "c0 第 4 行与前一行不连续或被改动", "c1 第 8 行缺失：链尾被截断", "c2 没有链头",
    ]  # fmt: skip


async def test_any_tampering_at_any_place_is_located(world: World) -> None:
    """One database, many wounds: each is made, found at its row, and healed."""
    await history(world, chains=4, links=25)
    chance = random.Random(7)
    for _ in range(120):
        chain, seq = f"c{chance.randrange(4)}", chance.randrange(1, 26)
        how = chance.choice(["change", "remove", "swap", "move"])
        async with world.database.transaction() as session:
            rows = (
                await session.scalars(select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.seq))
            ).all()
            row, other = rows[seq - 1], rows[seq % 25]
            before = {each.id: (each.detail, each.actor, each.seq) for each in (row, other)}
            kept = {column.key: getattr(row, column.key) for column in AuditEntry.__table__.columns}
            if how == "change":
                row.detail = {"n": -1}
            elif how == "remove":
                await session.delete(row)
            elif how == "swap":
                row.detail, other.detail = other.detail, row.detail
            else:
                row.seq = 1_000
        found = await broken(world)
        first_bad = min(seq, other.seq) if how == "swap" else seq
        assert len(found) == 1, (how, chain, seq, found)
        named = {"change": seq, "swap": first_bad}.get(how)
        if named is not None:
            assert found[0].startswith(f"{chain} 第 {named} 行")
        async with world.database.transaction() as session:
            if how == "remove":
                session.add(AuditEntry(**kept))
            else:
                for each in (row, other):
                    values = dict(zip(("detail", "actor", "seq"), before[each.id], strict=True))
                    await session.execute(update(AuditEntry).where(AuditEntry.id == each.id).values(**values))
    assert await broken(world) == []


async def test_two_who_begin_a_chain_at_once_make_two_links_of_it(world: World) -> None:
    async def somebody(number: int) -> None:
        async with world.database.transaction() as session:
            await service.record(
                session, chain="new", event="thing.done", actor="staff:x", object=str(number), now=world.time
            )
            await asyncio.sleep(0.05)

    await asyncio.gather(*(somebody(number) for number in range(4)))
    async with world.database.reading() as session:
        found = await session.scalars(select(AuditEntry.seq).where(AuditEntry.chain == "new").order_by(AuditEntry.seq))
        assert list(found) == [1, 2, 3, 4]
    assert await broken(world) == []
