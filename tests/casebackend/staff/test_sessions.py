"""Where one is logged in, and how that ends."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.staff.model import LoginSession
from tests.casebackend.credentials.steps import RIGHT, Desk, asks
from tests.casebackend.people.admins import Office
from tests.casebackend.staff.logins import hired, open_sessions, staff
from tests.world import World


async def test_one_sees_where_one_is_logged_in_and_ends_any_of_it(world: World) -> None:
    user, here, there = await hired(world), Desk(world), Desk(world)
    await there.enter()
    await here.enter()
    page = (await here.client.get("/account")).text
    ids = re.findall(r"/account/sessions/([0-9a-f-]{36})/end", page)
    assert len(ids) == 2
    assert page.count("本次") == 1
    assert (await here.send(f"/account/sessions/{ids[1]}/end", "/account")).status_code == 303
    assert not await there.at_the_desk()
    assert await here.at_the_desk()
    assert (await here.send(f"/account/sessions/{ids[1]}/end", "/account")).status_code == 404
    await there.enter()
    assert (await here.send("/account/sessions/end", "/account")).status_code == 303
    assert not await there.at_the_desk()
    assert await open_sessions(world, user) == 1


async def test_of_another_persons_session_one_does_not_learn_that_it_is_there(world: World) -> None:
    await hired(world)
    mine = Desk(world)
    await mine.enter()
    async with await staff(world, "lead"):
        async with world.database.reading() as session:
            rows = (await session.scalars(select(LoginSession))).all()
        async with world.database.reading() as session:
            own = re.findall(r"sessions/([0-9a-f-]{36})/end", (await mine.client.get("/account")).text)
        [other] = [str(row.id) for row in rows if str(row.id) not in own]
        refused = await mine.send(f"/account/sessions/{other}/end", "/account")
        missing = await mine.send(f"/account/sessions/{user_like(other)}/end", "/account")
    assert (refused.status_code, missing.status_code) == (404, 404)
    assert refused.text == missing.text


def user_like(other: str) -> str:
    return other[:-1] + ("0" if other[-1] != "0" else "1")


async def test_an_administrator_logs_somebody_out_everywhere(world: World) -> None:
    user, desk = await hired(world), Desk(world)
    await desk.enter()
    path = f"/security/accounts/{user.id}/end"
    async with await staff(world, "supervisor") as client:
        assert (await client.post(path)).status_code == 403
    async with await staff(world, "admin") as client:
        assert (await client.post(path)).status_code == 303
    assert not await desk.at_the_desk()
    async with world.database.reading() as session:
        ended = select(AuditEntry.actor).where(AuditEntry.event == "login.ended")
        assert (await session.scalars(ended)).all() == ["staff:admin"]


async def test_idle_and_longest_time_are_parameters_of_the_day_of_the_login(world: World) -> None:
    await hired(world)
    early, late = Desk(world), Desk(world)
    await early.enter()
    await asks(world, "session.idle_minutes", "10")
    await asks(world, "session.minutes", "15")
    await late.enter()
    world.wait(minutes=9)
    assert await late.at_the_desk()
    assert await early.at_the_desk()
    world.wait(minutes=7)
    assert not await late.at_the_desk()
    assert await early.at_the_desk()
    world.wait(minutes=14)
    assert await early.at_the_desk()


async def test_of_too_many_logins_of_one_person_the_oldest_ends(world: World) -> None:
    user = await hired(world)
    await asks(world, "session.most", "2")
    desks = [Desk(world) for _ in range(3)]
    for desk in desks:
        world.time += timedelta(seconds=1)
        await desk.enter()
    assert [await desk.at_the_desk() for desk in desks] == [False, True, True]
    assert await open_sessions(world, user) == 2


@pytest.mark.parametrize("seconds", [0, -1], ids=["in the same moment", "after the clock was set back"])
async def test_a_login_never_ends_itself_for_being_one_too_many(world: World, seconds: int) -> None:
    await hired(world)
    await asks(world, "session.most", "2")
    desk = Desk(world)
    for _ in range(6):
        world.time += timedelta(seconds=seconds)
        desk = Desk(world)
        await desk.enter()
        assert await desk.at_the_desk()


async def test_new_rights_and_an_initial_password_end_every_session_with_the_same_request(world: World) -> None:
    office = Office(world)
    user, desk = await hired(world), Desk(world)
    await desk.enter()
    await office.granted(user.id, roles=["intake", "handler"])
    assert not await desk.at_the_desk()
    await desk.enter()
    assert await desk.at_the_desk()
    given = await office.done("admin", "POST", f"/users/{user.id}/initial-password")
    assert not await desk.at_the_desk()
    entered = await desk.enter(given["initial_password"])
    assert entered.headers["location"] == "/password"
    assert (await desk.change(RIGHT, given["initial_password"])).status_code == 422
