"""A unit that ends, by merger or by being closed, leaves no person, case or task behind."""

from uuid import UUID

import pytest_asyncio
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.cases.model import Case
from casebackend.people import restructuring
from tests.casebackend.cases.builders import case_of, filed
from tests.casebackend.people.admins import Office
from tests.casebackend.people.test_leaving import PROPOSAL, in_hand, put_aside, sound
from tests.casebackend.staff.logins import hired
from tests.casebackend.workers import worker
from tests.world import World


@pytest_asyncio.fixture
async def office(world: World) -> Office:
    return Office(world)


async def test_a_merger_takes_people_cases_and_tasks_along_and_closing_waits_for_an_empty_unit(office: Office) -> None:
    number, case_id = await in_hand(office)
    busy = await office.changed("0004", change="close")
    assert (busy.status_code, busy.json()["type"]) == (409, "/problems/unit-still-busy")
    old, into = await office.unit("0004"), await office.unit("0002")
    assert (await office.changed("0004", change="merge", successor_id=str(into.id))).is_success
    world = office.world
    for _ in range(2):
        async with world.database.transaction() as session:
            await restructuring.on_changed(session, {"unit_id": str(old.id), "change": "merge"}, world.time)
    case = await case_of(world, case_id)  # type: ignore[arg-type]
    li = await office.user("li")
    assert (case.handling_unit_id, case.handler_id, li.organisation_id) == (into.id, li.id, into.id)
    await office.sure("li", number, "propose", **PROPOSAL)
    async with world.database.reading() as session:
        assert (await session.scalars(select(Case.handling_unit_id))).one() == into.id
    assert await sound(world) == []


async def test_a_unit_with_a_task_or_something_begun_in_it_is_not_closed(office: Office) -> None:
    number, _ = await in_hand(office)
    home = await office.unit("3003")
    li = await hired(office.world, "zhou", staff_no="8510", roles=["intake"], organisation_id=home.id)
    await put_aside(office, "zhou")
    await office.done("admin", "POST", f"/users/{li.id}/leaving", {"reason": "离职"}, read=1)
    busy = await office.changed("3003", change="close")
    assert (busy.status_code, busy.json()["type"]) == (409, "/problems/unit-still-busy")
    assert "1件待接手的暂存登记" in busy.json()["detail"]
    asked = await (await office.browser("li")).post(
        f"/api/v1/cases/{number}/tasks",
        json={"unit_id": str((await office.unit("2002")).id), "demand": "请调取录像"},
        headers={"Idempotency-Key": "task", "If-Match": "*"},
    )
    assert asked.status_code == 201, asked.text
    busy = await office.changed("2002", change="close")
    assert "1项未完成的协办任务" in busy.json()["detail"]


async def test_a_closing_that_was_planned_waits_for_no_one_who_came_meanwhile(office: Office) -> None:
    """Neither does a move under a unit that is no more: both are given up, and the audit says so."""
    day = {"effective_from": "2026-03-05"}
    assert (await office.changed("3003", change="close", **day)).is_success
    above = str((await office.unit("1002")).id)
    new = {
        "code": "9001",
        "name": "清河网点",
        "short_name": "清河",
        "level": "outlet",
        "parent_id": above,
        "aliases": [],
    }
    asked = await office.asks("admin", "POST", "/units", new | {"effective_from": "2026-03-02", "reason": "新设"})
    assert asked.status_code == 201, asked.text
    assert (
        await office.changed("9001", change="move", parent_id=str((await office.unit("2002")).id), **day)
    ).is_success
    assert (await office.changed("2002", change="close")).is_success
    await hired(office.world, "new", staff_no="8511", roles=["handler"], organisation_id=(await office.unit("3003")).id)
    office.world.wait(days=3)
    await worker(office.world).tick()
    assert (await office.unit("3003")).closed_on is None
    assert (await office.unit("9001")).parent_id == UUID(above)
    async with office.world.database.reading() as session:
        said = await session.scalars(select(AuditEntry.event).where(AuditEntry.event == "organisation.failed"))
        assert len(said.all()) == 2


async def test_a_merger_takes_along_what_was_begun_and_what_is_to_be_reviewed(office: Office) -> None:
    home, into = await office.unit("0004"), await office.unit("0002")
    for place, (name, roles) in enumerate((("li", ["intake"]), ("qi", ["intake"]))):
        await hired(office.world, name, staff_no=f"85{place}1", roles=roles, organisation_id=home.id)
    draft = await put_aside(office, "li")
    li = await office.user("li")
    await office.done("admin", "POST", f"/users/{li.id}/leaving", {"reason": "离职"}, read=1)
    assert (await office.changed("0004", change="merge", successor_id=str(into.id))).is_success
    await worker(office.world).tick()
    assert [row["id"] for row in (await office.reads("qi", "/registrations/pool")).json()["items"]] == [draft]
    assert await sound(office.world) == []


async def test_a_report_of_old_cases_names_the_unit_as_it_was(office: Office) -> None:
    """A planned change is carried out by the worker on its day."""
    world = office.world
    await filed(world)
    later = {"change": "rename", "name": "北京国贸支行", "short_name": "国贸支行", "effective_from": "2026-03-05"}
    assert (await office.changed("1001", **later)).is_success
    world.wait(days=3)
    await worker(world).tick()

    async def named(until: str) -> set[str]:
        answer = await office.reads("supervisor", f"/reports/unit?from=2026-03-01&to={until}")
        assert answer.status_code == 200, answer.text
        return {row["label"] for row in answer.json()["rows"]}

    assert "朝阳支行" in await named("2026-03-04")
    assert "国贸支行" in await named("2026-03-05")


async def test_the_worker_moves_people_and_cases_of_a_merged_unit(office: Office) -> None:
    _, case_id = await in_hand(office)
    into = await office.unit("0002")
    assert (await office.changed("0004", change="merge", successor_id=str(into.id))).is_success
    await worker(office.world).tick()
    case = await case_of(office.world, case_id)  # type: ignore[arg-type]
    assert case.handling_unit_id == into.id
    assert (await office.user("sun")).organisation_id == into.id
