import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from casebackend.audit import anchors, service, verifying
from casebackend.audit.model import AuditEntry, AuditHead
from casebackend.calendar.rules import SHANGHAI
from tests.casebackend.audit.wounds import KINDS, heal, wound
from tests.casebackend.audit.writing import history
from tests.casebackend.cases.builders import Desk, filed
from tests.world import World


async def broken(world: World) -> list[str]:
    async with world.database.reading() as session:
        return await verifying.verify(session, session.info["audit_key"])


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
    assert await broken(world) == ["c1 第 4 行被改动，或与前一行不连续"]


async def test_a_removed_row_a_cut_tail_and_a_lost_head_are_found(world: World) -> None:
    await history(world)
    async with world.database.transaction() as session:
        await session.execute(delete(AuditEntry).where(AuditEntry.chain == "c0", AuditEntry.seq == 3))
        await session.execute(delete(AuditEntry).where(AuditEntry.chain == "c1", AuditEntry.seq > 6))
        await session.execute(delete(AuditHead).where(AuditHead.chain == "c2"))
    assert sorted(await broken(world)) == [
        "c0 第 3 行缺失", "c1 第 7 行缺失：链尾被截断", "c2 没有链头",
    ]  # fmt: skip


async def test_any_manipulation_at_any_place_is_found_and_its_first_bad_row_named(world: World, tmp_path: Path) -> None:
    """One database, many wounds: each is made, found at its row, and healed. bench/audit.py makes a thousand."""
    await history(world, chains=3, links=9)
    world.wait(hours=2)
    await anchors.write(world.database, tmp_path, now=world.time)
    chance = random.Random(7)
    for kind in KINDS:
        done = await wound(world, kind, f"c{chance.randrange(3)}", chance)
        async with world.database.reading() as session:
            found = await verifying.verify(session, session.info["audit_key"])
            found += await anchors.check(session, tmp_path)
        assert any(each.startswith(done.names) for each in found), (kind, done.names, found)
        await heal(world, done)
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
