"""What the worker does with exports, and what becomes of the files."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from casebackend.cases.model import Case
from casebackend.exports import jobs, service
from casebackend.exports.rules import LEASE, MOST_TRIES
from casebackend.notices.model import Notice
from casebackend.staff.model import User
from tests.casebackend.exports.office import PURPOSE, Office
from tests.casebackend.people.admins import Office as Admins
from tests.casebackend.people.test_functions import approved, asked
from tests.world import World


@pytest_asyncio.fixture
async def office(world: World) -> Office:
    return Office(world)


def files(office: Office) -> list[Path]:
    return sorted((office.world.settings.var_dir / "exports").glob("files/*/*"))


async def test_a_larger_one_is_made_by_the_worker_and_a_small_one_at_once(office: Office) -> None:
    await office.parameter("export.at_once_rows", "2")
    await office.cases(3)
    larger = await office.gets("supervisor", format="xlsx")
    assert larger["state"] == "queued"
    await office.works()
    assert (await office.sees("supervisor", larger))["state"] == "ready"
    sheet = (await office.book("supervisor", larger)).worksheets[0]
    assert (sheet.title, sheet.max_row) == ("投诉列表", 2 + 1 + 3 + 1)


async def test_what_was_approved_is_what_is_exported_and_more_is_said_not_given(office: Office) -> None:
    """Approved: what is registered and open, three of them. Then one of them is reopened, as it were, and two come."""
    await office.parameter("export.approval_rows", "0")
    numbers = await office.cases(2, status="closed")
    await office.cases(2)
    made = await office.gets("supervisor", "open=1")
    assert made["rows"] == 3
    office.later(hours=1)
    await office.cases(4, filed_at=office.world.time)  # registered later: no part of what was asked for
    assert (await office.decides("executive", made, "approve")).status_code == 200
    async with office.world.database.transaction() as session:
        await session.execute(update(Case).where(Case.number == numbers[0]).values(status="accepted"))
    await office.works()
    done = await office.sees("supervisor", made)
    assert (done["rows"], done["matched"], done["written"]) == (3, 4, 3)
    assert done["note"] == "申请时 3 行，生成时符合条件 4 行；超出的 1 行未导出，需要时请重新申请"
    lines = await office.rows("supervisor", done)
    assert [done["note"]] in lines
    assert len([line for line in lines if line[0].startswith("TS")]) == 3
    [made_line] = await office.audited("export.made")
    assert (made_line.detail["rows"], made_line.detail["matched"], made_line.detail["written"]) == (3, 4, 3)


async def test_the_file_lies_sealed_until_its_time_is_over_and_is_then_gone(office: Office) -> None:
    await office.parameter("export.keep_days", "2")
    await office.cases(1)
    made, waiting = await office.gets("supervisor"), None
    await office.parameter("export.approval_rows", "0")
    waiting = await office.gets("lead")
    [file] = files(office)
    assert not any(word.encode() in file.read_bytes() for word in (PURPOSE, "赵主管", "TS2026", "年费"))
    office.later(days=2, seconds=1)
    late = await office.file("supervisor", made)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/export-expired")
    assert (await office.decides("executive", waiting, "approve")).status_code == 409
    worker = office.worker()
    await worker.lead()
    await worker.tidy_files()
    stored = await office.stored(made)
    assert (stored.state, stored.key_enc, stored.stored_as) == ("expired", None, None)
    assert (await office.stored(waiting)).state == "expired"
    assert (await office.file("supervisor", made)).json()["type"] == "/problems/export-expired"
    async with office.world.database.transaction() as session:
        # The age of a file is that of the disk, whose clock is the real one.
        await jobs.collect(session, now=office.world.time + timedelta(days=36_500))
    assert files(office) == []
    assert len(await office.audited("export.expired")) == 2


async def test_a_file_that_somebody_needs_is_never_collected(office: Office) -> None:
    await office.cases(1)
    made = await office.gets("supervisor")
    async with office.world.database.transaction() as session:
        assert await jobs.collect(session, now=office.world.time + timedelta(days=36_500)) == 0
    assert (await office.file("supervisor", made)).status_code == 200


async def test_whoever_has_left_or_lost_his_rights_gets_nothing_made(office: Office) -> None:
    await office.parameter("export.at_once_rows", "0")
    await office.cases(1)
    gone, changed = await office.gets("supervisor"), await office.gets("lead")
    async with office.world.database.transaction() as session:
        await session.execute(update(User).where(User.login == "supervisor").values(active=False))
        await session.execute(update(User).where(User.login == "lead").values(scope_unit_id=User.organisation_id))
    await office.works()
    for export in (gone, changed):
        stored = await office.stored(export)
        assert (stored.state, stored.reason, stored.stored_as) == ("failed", jobs.GONE, None)
    assert len(await office.audited("export.failed")) == 2


async def test_what_a_group_takes_away_after_the_question_is_neither_made_nor_handed_out(office: Office) -> None:
    await office.cases(1)
    ready = await office.gets("agent")
    await office.parameter("export.at_once_rows", "0")
    waiting = await office.gets("agent")
    admins = Admins(office.world)
    await approved(admins, asked("no-exports", "without", "exports.ask"))
    async with office.world.database.reading() as session:
        agent = (await session.scalars(select(User).where(User.login == "agent"))).one()
    await admins.granted(agent.id, roles=list(agent.roles), groups=["no-exports"])
    await office.works()
    assert ((await office.stored(waiting)).state, (await office.stored(waiting)).reason) == ("failed", jobs.GONE)
    office.desk.browsers.pop("agent")
    refused = await office.file("agent", ready)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/export-rights-changed")


async def test_a_file_is_made_with_the_roles_that_exporting_comes_with_and_no_other(office: Office) -> None:
    admins = Admins(office.world)
    await approved(admins, asked("watching", "only", "evidence.add", roles=("auditor",)))
    async with office.world.database.reading() as session:
        agent = (await session.scalars(select(User).where(User.login == "agent"))).one()
    own = frozenset(agent.roles)
    await admins.granted(agent.id, roles=list(agent.roles), groups=["watching"])
    async with office.world.database.reading() as session:
        agent = (await session.scalars(select(User).where(User.login == "agent"))).one()
        asker = await service.asker_of(session, agent, office.world.time)
    assert (set(agent.roles) - own, asker.roles) == ({"auditor"}, own)
    await office.cases(1)
    made = await office.gets("agent")
    assert (await office.file("agent", made)).status_code == 200


async def test_a_worker_that_died_over_it_leaves_it_to_the_next_and_not_for_ever(office: Office) -> None:
    await office.parameter("export.at_once_rows", "0")
    await office.cases(1)
    made = await office.gets("supervisor")
    database, world = office.world.database, office.world
    for _ in range(MOST_TRIES):
        async with database.transaction() as session:
            assert str(await jobs.claim(session, now=world.time)) == made["id"]
        async with database.transaction() as session:
            assert await jobs.claim(session, now=world.time) is None
        world.wait(seconds=LEASE.total_seconds())
    async with database.transaction() as session:
        assert await jobs.claim(session, now=world.time) is None
    assert (await office.stored(made)).reason == jobs.TIRED


async def test_what_is_withdrawn_while_it_is_made_stays_withdrawn(office: Office) -> None:
    await office.parameter("export.at_once_rows", "0")
    await office.cases(1)
    made = await office.gets("supervisor")
    await office.decides("supervisor", made, "withdraw")
    await office.works()
    assert (await office.stored(made)).state == "withdrawn"
    assert files(office) == []


async def test_the_nearest_superior_who_may_approve_is_told_and_then_the_asker(office: Office) -> None:
    await office.parameter("export.approval_rows", "0")
    await office.cases(1)
    first, second = await office.gets("agent"), await office.gets("branch")
    worker = office.worker()
    await worker.lead()
    await worker.tick()
    assert (await office.decides("lead", first, "reject", "请改用报表")).status_code == 200
    assert (await office.decides("executive", second, "approve")).status_code == 200
    await worker.make_exports()
    await worker.tick()
    async with office.world.database.reading() as session:
        found = await session.execute(
            select(User.login, Notice.kind, Notice.values)
            .join(User, User.id == Notice.user_id)
            .where(Notice.kind.startswith("export."))
        )
        told = {(login, kind, values["number"]) for login, kind, values in found}
    assert told == {
        ("lead", "export.asked", first["number"]),
        ("executive", "export.asked", second["number"]),
        ("agent", "export.changed", first["number"]),
        ("branch", "export.changed", second["number"]),
    }
    page = await (await office.desk.browser("branch")).get("/notices")
    assert f"您申请的导出 {second['number']}（投诉列表）可下载" in page.text


async def test_a_disk_that_is_nearly_full_takes_no_exports(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.cases(1)
    held = office.world.database._sessions.kw["info"]
    monkeypatch.setitem(held, "upload_limits", replace(held["upload_limits"], reserve_bytes=10**18))
    refused = await office.asks("supervisor")
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/export-no-room")
    assert refused.headers["retry-after"]
    assert files(office) == []
