"""Each line says from where and in which role it was written; old lines, and those of the worker, hold without."""

from sqlalchemy import select, update

from casebackend.audit import verifying
from casebackend.audit.model import AuditEntry
from casebackend.audit.service import signed
from tests.casebackend.cases.around import holds, ticked
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.staff.logins import hired, staff
from tests.world import World


async def broken(world: World) -> list[str]:
    async with world.database.reading() as session:
        return await verifying.verify(session, session.info["audit_key"])


async def test_what_is_done_in_a_request_carries_address_and_role_and_the_auditor_filters_by_both(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).sure("lead", receipt.number, "accept", opinion="受理")
    async with await staff(world, "lead") as lead:
        assert (await lead.get(f"/cases/{receipt.number}")).status_code == 200
    other = await hired(world, roles=["follow_up"])
    async with await staff(world, other.login) as chen:
        assert (await chen.get("/reports")).status_code == 200
        assert (await chen.get("/users")).status_code == 403
    async with world.database.reading() as session:
        rows = (await session.scalars(select(AuditEntry))).all()
        by = {(row.actor, row.event): (row.address, row.roles) for row in rows}
        assert by["staff:lead", "case.moved"] == ("127.0.0.1", "department_head,reviewer,team_lead")
        assert by["staff:chen", "access.denied"] == ("127.0.0.1", "follow_up")
        assert by["staff:chen", "login.opened"] == (None, None)  # opened by the test, in no request
        assert by["staff:lead", "case.viewed"] == ("127.0.0.1", "department_head,reviewer,team_lead")
        assert {row.roles for row in rows if row.event == "case.filed"} == {"service:actions"}
    async with await staff(world, "audit") as auditor:
        path = "/api/v1/audit?limit=200"
        leads = (await auditor.get(f"{path}&role=team_lead")).json()["items"]
        assert {each["actor"] for each in leads} == {"staff:lead"}
        assert (await auditor.get(f"{path}&role=lead")).json()["items"] == []
        assert (await auditor.get(f"{path}&address=10.9.9.9")).json()["items"] == []
        assert len((await auditor.get(f"{path}&address=127.0.0.1&role=follow_up")).json()["items"]) == 1
        page = (await auditor.get("/audit?role=follow_up")).text
        assert all(words in page for words in ("回访员", "127.0.0.1", "access.denied"))
        assert (await auditor.get(f"/audit?address={'x' * 121}")).status_code == 400
    await holds(world)


async def test_neither_may_be_changed_or_taken_away_unseen(world: World) -> None:
    await filed(world)
    assert await broken(world) == []
    for change in ({"address": None}, {"address": "10.1.1.1"}, {"roles": None}, {"roles": "executive"}):
        async with world.database.transaction() as session:
            row = (await session.scalars(select(AuditEntry).where(AuditEntry.event == "case.filed"))).one()
            before = {"address": row.address, "roles": row.roles}
            await session.execute(update(AuditEntry).where(AuditEntry.id == row.id).values(**change))
        assert len(await broken(world)) == 1, change
        async with world.database.transaction() as session:
            await session.execute(update(AuditEntry).where(AuditEntry.id == row.id).values(**before))
    assert await broken(world) == []


async def test_a_line_without_them_is_signed_as_it_always_was(world: World) -> None:
    await filed(world)
    await ticked(world)
    async with world.database.reading() as session:
        row = (await session.scalars(select(AuditEntry).where(AuditEntry.event == "case.filed"))).one()
    assert {"address", "roles"} <= set(signed(row))
    row.address = row.roles = None
    assert set(signed(row)) == {"id", "chain", "seq", "at", "actor", "event", "object", "detail"}
