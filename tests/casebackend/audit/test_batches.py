from uuid import uuid4

from sqlalchemy import select

from casebackend.audit import service
from casebackend.audit.batches import Link, continued
from casebackend.audit.model import AuditEntry, AuditHead
from casebackend.bulk import write_rows
from casebackend.check import check
from tests.world import World


async def test_links_of_many_chains_continue_each_its_own_and_hold(world: World) -> None:
    old, fresh = f"probe:{uuid4()}", f"probe:{uuid4()}"
    async with world.database.transaction() as session:
        await service.record(session, chain=old, event="probe", actor="worker", object="一", now=world.time)
    links = [
        Link(chain, "probe", "worker", f"第{number}", {"level": number, "organisation": None})
        for number in range(3)
        for chain in (fresh, old)
    ]
    async with world.database.transaction() as session:
        await write_rows(session, await continued(session, links, now=world.time), replacing=[AuditHead])
        await service.record(session, chain=old, event="probe", actor="worker", object="后", now=world.time)
    async with world.database.transaction() as session:
        found = await session.execute(
            select(AuditEntry.chain, AuditEntry.seq, AuditEntry.object)
            .where(AuditEntry.chain.in_([old, fresh]))
            .order_by(AuditEntry.chain == old, AuditEntry.seq)
        )
        assert [tuple(row) for row in found] == [
            (fresh, 1, "第0"), (fresh, 2, "第1"), (fresh, 3, "第2"),
            (old, 1, "一"), (old, 2, "第0"), (old, 3, "第1"), (old, 4, "第2"), (old, 5, "后"),
        ]  # fmt: skip
        assert await check(session, now=world.time) == []
