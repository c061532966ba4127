"""What may go goes, and nothing else; what is gone still counts."""

import json
import sqlite3
from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.attachments.model import Attachment
from casebackend.audit.model import AuditEntry
from casebackend.cases.model import Case
from casebackend.customers.model import ChannelIdentity, Customer, PersonalValue
from casebackend.drafts.model import Confirmation
from casebackend.parties.model import Party
from casebackend.retention.model import Redaction, RedactionRun
from casebackend.retention.redacting import GONE
from casebackend.schema import METADATA
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.canaries import in_bytes, people
from tests.casebackend.cases.around import holds, posts, ticked
from tests.casebackend.cases.builders import Desk, case_of, filed
from tests.casebackend.keys.builders import CARD, FILE
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired, staff
from tests.casebackend.workers import worker
from tests.world import World

REPORT = "/api/v1/reports/unit?from=2026-01-01&to=2026-12-31"
FORM = {"HX-Request": "true"}


async def ended(world: World, number: str) -> None:
    """Declined, and in the archive."""
    await Desk(world).sure(
        "lead", number, "decline", decline_reason="not_a_complaint", opinion="不属于投诉", told_by="phone",
        told_at=world.time.isoformat(), told_proof="通话录音 0301",
    )  # fmt: skip


async def archived(world: World) -> None:
    world.wait(days=200)
    ticking = worker(world)
    await ticking.lead()
    await ticking.hourly()


async def runs(world: World) -> list[RedactionRun]:
    async with world.database.transaction() as session:
        return list(await session.scalars(select(RedactionRun).order_by(RedactionRun.asked_at)))


async def redacted(world: World) -> set[str]:
    async with world.database.reading() as session:
        return set(await session.scalars(select(Case.number).join(Redaction, Redaction.case_id == Case.id)))


async def decided(world: World) -> None:
    """Asked for by one, approved by another, carried out by the worker."""
    async with await staff(world, "auditor") as auditor, await staff(world, "supervisor") as supervisor:
        asked = await auditor.post("/retention/runs", data={}, headers=FORM)
        assert asked.status_code == 204, asked.text
        run = (await runs(world))[-1]
        assert (await auditor.post(f"/retention/runs/{run.id}/approve", data={})).status_code == 403
        assert (await supervisor.post(f"/retention/runs/{run.id}/approve", data={}, headers=FORM)).status_code == 204
    ticking = worker(world)
    await ticking.lead()
    await ticking.hourly()


async def approved_by_another(world: World, run_id: UUID) -> None:
    manager = await hired(world, login="manager", display_name="钱经理", staff_no="8200", roles=["complaint_manager"])
    async with await staff(world, manager.login) as other:
        answer = await other.post(f"/retention/runs/{run_id}/approve", data={}, headers=FORM)
        assert answer.status_code == 204, answer.text
    ticking = worker(world)
    await ticking.lead()
    await ticking.hourly()


async def everything(world: World) -> bytes:
    """Each stored value of the database, as text."""
    async with world.database.reading() as session:
        tables = (Case, Customer, Party, PersonalValue)
        found = [str(vars(row)) for table in tables for row in await session.scalars(select(table))]
    return "\n".join(found).encode()


async def kept_raw(world: World, word: str) -> list[str]:
    """Where a word of the customer still stands: in the files themselves, freed pages included."""
    if not world.database.is_sqlite:
        return []
    with sqlite3.connect(world.settings.var_dir / "tingsu.db") as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return [path.name for path in world.settings.var_dir.glob("tingsu.db*") if word.encode() in path.read_bytes()]


async def test_after_its_time_the_words_and_the_people_are_gone_and_the_case_still_counts(world: World) -> None:
    [canary] = people(1)
    counter, known = Counter(world), {"name": canary.name, "phone": canary.phone, "id_number": canary.id_number}
    person = {"role": "complainant"} | known
    told = canary.says("{name}称多扣独角鲸年费，回电{phone}")
    old = str((await counter.sure(people=[person], facts=told, objects=[CARD]))["number"])
    assert (await posts(counter.desk, "agent", f"/cases/{old}/evidence", FILE)).status_code == 201
    young = str((await counter.sure())["number"])
    await ended(world, old)
    await archived(world)
    async with world.database.reading() as session:
        before = {entry.id: entry.event for entry in await session.scalars(select(AuditEntry))}
        history = len((await session.scalars(select(TimelineEntry))).all())
    counted = (await world.tester.get(REPORT)).json()
    world.wait(days=5 * 365 - 230)
    async with await staff(world, "auditor") as auditor:
        page = (await auditor.get("/retention")).text
        assert "到期可删除：0 件" in page
        assert (await auditor.post("/retention/runs", data={}, headers=FORM)).status_code == 409
        world.wait(days=60)
    async with await staff(world, "auditor") as auditor:
        page = (await auditor.get("/retention")).text
        assert "到期可删除：1 件" in page
        assert old in page
        assert young not in page
    assert await redacted(world) == set()  # looking changes nothing
    await decided(world)
    assert await redacted(world) == {old}
    case = await case_of(world, UUID(str((await world.tester.get(f"/api/v1/cases/{old}")).json()["id"])))
    assert (case.facts, case.demand, case.status) == ("［已按保存期限删除］", "［已按保存期限删除］", "archived")
    assert list(in_bytes(await everything(world), [canary])) == []
    assert await kept_raw(world, "独角鲸") == []
    async with world.database.reading() as session:
        attachment = (await session.scalars(select(Attachment).where(Attachment.case_id == case.id))).one()
        assert attachment.retain_until is not None
        after = {entry.id: entry.event for entry in await session.scalars(select(AuditEntry))}
        assert before.items() <= after.items()
        assert {"retention.asked", "retention.approved", "retention.redacted", "retention.done"} <= set(after.values())
        assert len((await session.scalars(select(TimelineEntry))).all()) > history
    assert (await world.tester.get(REPORT)).json() == counted
    async with await staff(world, "auditor") as auditor:
        assert (await auditor.get(f"/cases/{old}")).status_code == 200
        section = (await auditor.get(f"/cases/{old}/retention", headers=FORM)).text
        assert "按保存期限删除" in section
        late = await auditor.post(f"/cases/{old}/holds", data={"reason": "诉讼保全"}, headers=FORM)
        assert late.status_code == 409
    assert (await runs(world))[0].redacted == 1
    await ticked(world)
    await holds(world)


async def standing_in(world: World, word: str) -> set[str]:
    """Every table and column in which the word still stands."""
    found = set()
    async with world.database.reading() as session:
        for table in METADATA.sorted_tables:
            for row in (await session.execute(select(table))).mappings():
                for name, value in row.items():
                    said = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
                    if word in said or json.dumps(word)[1:-1] in said:
                        found.add(f"{table.name}.{name}")
    return found


async def test_no_table_keeps_a_word_of_it_neither_the_answers_kept_for_whoever_asks_twice(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    graver = {"severity": "重大投诉", "reason": "独角鲸支行行长要求"}
    lead, read = await desk.browser("lead"), {"If-Match": "*"}
    assert (await lead.post(f"/api/v1/cases/{receipt.number}/severity", json=graver, headers=read)).status_code == 200
    demand = {"demand": "独角鲸支行须说明", "due_at": "2026-03-05T09:00:00+08:00", "source": "internal"}
    assert (await posts(desk, "supervisor", f"/cases/{receipt.number}/supervisions", demand)).status_code == 201
    assert {"idempotency.body", "cases.severity_reason"} <= await standing_in(world, "独角鲸")
    assert {"idempotency.body", "cases.facts"} <= await standing_in(world, "信用卡年费")
    await ended(world, receipt.number)
    await archived(world)
    world.wait(days=6 * 365)
    await decided(world)
    assert await redacted(world) == {receipt.number}
    assert [await standing_in(world, word) for word in ("独角鲸", "信用卡年费")] == [set(), set()]
    assert await kept_raw(world, "独角鲸") == []
    assert (await case_of(world, receipt.case_id)).severity_reason == "人工指定"
    await holds(world)


async def test_a_hold_keeps_the_whole_family_and_its_files_until_it_is_lifted(world: World) -> None:
    first = await filed(world)
    second = await filed(world)  # of the same conversation
    for number in (first.number, second.number):
        await ended(world, number)
    await archived(world)
    async with await staff(world, "supervisor") as supervisor, await staff(world, "agent") as agent:
        assert (await agent.post(f"/cases/{first.number}/holds", data={"reason": "诉讼保全"})).status_code == 403
        why = {"reason": "诉讼保全，客户13800138000"}
        assert (await supervisor.post(f"/cases/{first.number}/holds", data=why, headers=FORM)).status_code == 204
        assert (await supervisor.post(f"/cases/{first.number}/holds", data=why, headers=FORM)).status_code == 409
        section = (await supervisor.get(f"/cases/{first.number}/retention", headers=FORM)).text
        assert "诉讼保全，客户138****8000" in section
        world.wait(days=6 * 365)
    async with await staff(world, "supervisor") as supervisor:
        page = (await supervisor.get("/retention")).text
        assert "到期可删除：0 件" in page
        assert "法律保留" in page
        hold = section.split("/lift")[0].rsplit("/", 1)[-1]
        lift = f"/cases/{first.number}/holds/{hold}/lift"
        assert (await supervisor.post(lift, data={"reason": "诉讼已结束"}, headers=FORM)).status_code == 204
        assert (await supervisor.post(lift, data={"reason": "诉讼已结束"}, headers=FORM)).status_code == 404
        assert "到期可删除：2 件" in (await supervisor.get("/retention")).text
        assert (await supervisor.post("/retention/runs", data={}, headers=FORM)).status_code == 204
        own = (await runs(world))[0]
        assert (await supervisor.post(f"/retention/runs/{own.id}/approve", data={}, headers=FORM)).status_code == 403
    assert await redacted(world) == set()
    await approved_by_another(world, own.id)
    assert await redacted(world) == {first.number, second.number}
    async with world.database.reading() as session:
        assert (await session.scalars(select(PersonalValue))).all() == []
        assert (await session.scalars(select(ChannelIdentity))).all() == []
        [customer] = await session.scalars(select(Customer))
        assert (customer.name_enc, customer.phone_index, customer.phone_masked) == (None, None, None)
    await holds(world)


async def test_what_comes_in_the_way_after_the_approval_is_left_alone(world: World) -> None:
    receipt = await filed(world)
    await ended(world, receipt.number)
    await archived(world)
    world.wait(days=6 * 365)
    async with await staff(world, "auditor") as auditor, await staff(world, "supervisor") as supervisor:
        assert (await auditor.post("/retention/runs", data={}, headers=FORM)).status_code == 204
        assert (await auditor.post("/retention/runs", data={}, headers=FORM)).status_code == 409
        run = (await runs(world))[0]
        assert (await supervisor.post(f"/retention/runs/{run.id}/approve", data={}, headers=FORM)).status_code == 204
        assert (await supervisor.post(f"/retention/runs/{run.id}/approve", data={}, headers=FORM)).status_code == 404
    await world.says("我还有一个问题")
    ticking = worker(world)
    await ticking.lead()
    await ticking.hourly()
    assert await redacted(world) == set()
    done = (await runs(world))[0]
    assert (done.redacted, done.done_at is not None) == (0, True)


@pytest.mark.parametrize("path", ["/retention", "/retention/runs"])
async def test_only_who_decides_about_keeping_gets_there(world: World, path: str) -> None:
    for login in ("agent", "executive", "admin", "audit"):
        async with await staff(world, login) as other:
            method = "GET" if path == "/retention" else "POST"
            assert (await other.request(method, path)).status_code == 403


async def test_what_the_customer_confirmed_goes_with_everything_else_that_was_said(world: World) -> None:
    receipt = await filed(world)
    await ended(world, receipt.number)
    await archived(world)
    world.wait(days=6 * 365)
    async with world.database.reading() as session:
        assert (await session.scalars(select(Confirmation.said_text))).all() == ["不方便提供"]
    await decided(world)
    assert await redacted(world) == {receipt.number}
    async with world.database.reading() as session:
        assert (await session.scalars(select(Confirmation.said_text))).all() == [GONE]
