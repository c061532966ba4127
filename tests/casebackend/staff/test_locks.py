"""Locking, and lifting the lock."""

import statistics
import time
from uuid import uuid4

import httpx
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.staff.model import LoginAttempt
from tests.casebackend.credentials.steps import Desk, asks
from tests.casebackend.staff.logins import BASE, hired, light, staff
from tests.world import World

UNLOCK = "/api/v1/logins/unlock"


async def guesses(world: World, count: int, login: str = "chen") -> None:
    desk = Desk(world)
    for number in range(count):
        assert (await desk.enter(f"wrong-{number}", login)).status_code == 401


async def test_an_administrator_lifts_the_lock_of_an_account(world: World) -> None:
    user = await hired(world)
    await guesses(world, 5)
    assert (await Desk(world).enter()).status_code == 401
    async with await staff(world, "admin") as client:
        page = (await client.get("/security/accounts")).text
        assert "解除暂停：陈同事" in page
        world.wait(seconds=1)
        assert (await client.post(f"/security/accounts/{user.id}/unlock")).status_code == 303
        assert "解除暂停：陈同事" not in (await client.get("/security/accounts")).text
    assert (await Desk(world).enter()).status_code == 303
    async with world.database.reading() as session:
        lifted = select(AuditEntry.actor, AuditEntry.object).where(AuditEntry.event == "login.unlocked")
        assert (await session.execute(lifted)).all() == [("staff:admin", f"user:{user.id}")]


async def test_an_address_is_unlocked_too_and_over_the_interface(world: World) -> None:
    user = await hired(world)
    await asks(world, "login.tries_address", "6")
    await guesses(world, 3, "lin")
    await guesses(world, 3, "zhou")
    assert (await Desk(world).enter()).status_code == 401
    async with world.database.reading() as session:
        address = (await session.scalars(select(LoginAttempt.address))).first()
    async with await staff(world, "security") as client:
        assert f"解除暂停：{address}" in (await client.get("/security/accounts")).text
        for body, status in (
            ({}, 422),
            ({"address": address, "user_id": str(user.id)}, 422),
            ({"user_id": str(uuid4())}, 404),
            ({"address": address}, 204),
        ):
            world.wait(seconds=1)
            assert (await client.post(UNLOCK, json=body)).status_code == status
    assert (await Desk(world).enter()).status_code == 303


async def test_ones_own_login_does_not_clear_the_address_for_guesses_at_others(world: World) -> None:
    """An insider with one password could otherwise try all the others for ever."""
    await hired(world)
    await asks(world, "login.tries_address", "6")
    for victim in ("lin", "zhou", "wu"):
        await guesses(world, 2, victim)
        await Desk(world).enter()
    assert (await Desk(world).enter("guess", "sun")).status_code == 401
    async with world.database.reading() as session:
        last = (await session.scalars(select(LoginAttempt).order_by(LoginAttempt.at.desc()))).first()
    assert last
    assert last.outcome == "locked"


async def test_how_many_tries_is_a_parameter_and_the_answer_says_how_long(world: World) -> None:
    await hired(world)
    await asks(world, "login.tries", "3")
    await asks(world, "login.lock_minutes", "20")
    await guesses(world, 3)
    refused = await Desk(world).enter()
    assert refused.status_code == 401
    assert "20 分钟后自动恢复" in refused.text
    world.wait(minutes=21)
    assert (await Desk(world).enter()).status_code == 303


async def test_an_account_without_a_password_yet_costs_as_much_as_an_unknown_one(world: World) -> None:
    hasher = light()
    took: dict[str, list[float]] = {"none yet": [], "unknown": []}
    for _ in range(100):
        for name, hashed in (("none yet", "!"), ("unknown", None)):
            started = time.perf_counter()
            assert not await hasher.verify(hashed, "wrong")
            took[name].append(time.perf_counter() - started)
    assert 0.4 < min(took["none yet"]) / min(took["unknown"]) < 2.5


async def test_a_known_and_an_unknown_login_are_answered_in_the_same_time(world: World) -> None:
    """In turns and by the middle one, so that a busy machine does not decide."""
    await hired(world)
    await asks(world, "login.tries", "50")
    await asks(world, "login.tries_address", "10000")
    world.app.ctx.passwords = light()
    took: dict[str, list[float]] = {"chen": [], "nobody": []}
    transport = httpx.ASGITransport(world.app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers={"Origin": BASE}) as client:
        for _ in range(30):
            for login, found in took.items():
                started = time.perf_counter()
                await client.post("/login", data={"login": login, "password": "wrong"})
                found.append(time.perf_counter() - started)
    middle = {login: statistics.median(found) for login, found in took.items()}
    assert 0.5 < middle["chen"] / middle["nobody"] < 2, middle
