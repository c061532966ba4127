"""Whoever comes to a post hears what waits there for its holder, once."""

import pytest_asyncio
from sqlalchemy import select, update

from casebackend.check import check
from casebackend.notices.model import Notice
from casebackend.staff.model import User
from tests.casebackend.cases.around import posts, ticked
from tests.casebackend.cases.builders import PROPOSAL, filed
from tests.casebackend.people.admins import Office
from tests.casebackend.staff.logins import hired
from tests.casebackend.supervision.test_routes import does, opened
from tests.world import World

YES = {"opinion": "同意"}


@pytest_asyncio.fixture
async def office(world: World) -> Office:
    return Office(world)


async def told(office: Office, login: str) -> list[str]:
    """What this person was told, by kind."""
    await ticked(office.world)
    await ticked(office.world)
    async with office.world.database.reading() as session:
        query = select(Notice.kind).join(User, User.id == Notice.user_id)
        query = query.where(User.login == login, Notice.kind != "digest.daily")
        return sorted(await session.scalars(query))


async def comes(office: Office, login: str, code: str, *roles: str, number: str) -> None:
    """Hired without rights, which are asked for and approved."""
    home = await office.unit(code)
    user = await hired(office.world, login, roles=[], organisation_id=home.id, staff_no=number)
    await office.granted(user.id, roles=list(roles))


async def sound(office: Office) -> None:
    async with office.world.database.reading() as session:
        assert await check(session, now=office.world.time) == []


async def test_a_head_who_comes_after_the_proposal_is_told_of_it_and_signs(office: Office) -> None:
    receipt = await filed(office.world)
    await office.investigating(receipt.case_id)
    await office.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    assert "case.decision" in await told(office, "executive")
    await comes(office, "head", "0004", "department_head", number="8301")
    assert await told(office, "head") == ["case.decision"]
    head = await office.user("head")
    await office.done("admin", "POST", f"/users/{head.id}/leaving", {"reason": "调离"})
    assert (await told(office, "executive")).count("case.decision") == 1, "the same proposal, told before"
    await comes(office, "next", "0004", "department_head", number="8302")
    assert await told(office, "next") == ["case.decision"]
    await office.granted((await office.user("next")).id, roles=["department_head", "handler"])
    assert await told(office, "next") == ["case.decision"]
    await office.sure("next", receipt.case_id, "sign", **YES)
    await comes(office, "audits", "0003", "auditor", number="8303")
    assert await told(office, "audits") == ["case.decision"]
    await sound(office)


async def test_requests_new_facts_and_demands_wait_for_the_next_holder_as_well(office: Office) -> None:
    receipt = await filed(office.world)
    await office.investigating(receipt.case_id)
    asked = await posts(office, "agent", f"/cases/{receipt.number}/extensions", {"level": "to_30", "reason": "需调档"})
    assert asked.status_code == 201, asked.text
    brought = {"text": "客户交来新的回单", "received_at": office.world.time.isoformat(), "is_new_fact": True}
    assert (await posts(office, "agent", f"/cases/{receipt.number}/materials", brought)).status_code == 201
    assert (await opened(office, receipt.number)).status_code == 201
    await ticked(office.world)
    await comes(office, "head", "0004", "department_head", number="8301")
    assert set(await told(office, "head")) >= {"material.asked", "supervision.opened"}
    await comes(office, "manages", "0002", "complaint_manager", number="8302")
    assert "extension.asked" in {*await told(office, "manages"), *await told(office, "head")}
    await comes(office, "far", "2001", "department_head", number="8303")
    assert await told(office, "far") == []
    await sound(office)


async def test_an_answer_to_a_supervisor_who_is_gone_is_told_to_the_next_manager(office: Office) -> None:
    receipt = await filed(office.world)
    await office.investigating(receipt.case_id)
    item = (await opened(office, receipt.number)).json()
    assert (await does(office, "agent", item, "replies", text="已查明")).status_code == 201
    await ticked(office.world)
    async with office.world.database.transaction() as session:
        await session.execute(update(User).where(User.login == "supervisor").values(active=False))
    await comes(office, "manages", "0002", "complaint_manager", number="8302")
    assert await told(office, "manages") == ["supervision.replied"]


async def test_whoever_is_enabled_again_or_sent_to_another_unit_hears_of_it_too(office: Office) -> None:
    receipt = await filed(office.world)
    await office.investigating(receipt.case_id)
    await office.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    await ticked(office.world)
    home, other = await office.unit("0004"), await office.unit("0003")
    roles = ["department_head"]
    moved = await hired(office.world, "moved", roles=roles, organisation_id=other.id, staff_no="8301")
    body = {"display_name": "陈同事", "organisation_id": str(home.id)}
    await office.done("admin", "PUT", f"/users/{moved.id}", body, read=moved.version)
    assert await told(office, "moved") == ["case.decision"]
    back = await hired(office.world, "back", roles=roles, organisation_id=home.id, staff_no="8302")
    async with office.world.database.transaction() as session:
        await session.execute(update(User).where(User.id == back.id).values(active=False))
    await office.done("admin", "POST", f"/users/{back.id}/enabling")
    assert await told(office, "back") == ["case.decision"]
