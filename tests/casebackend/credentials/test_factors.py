"""The second factor: enrolled, asked for, taken once, lost and found again."""

import re
from datetime import timedelta

from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.credentials.model import RecoveryCode
from casebackend.staff.rules import Outcome
from tests.casebackend.credentials.steps import Desk, asks, factor, outcomes, set_up
from tests.casebackend.staff.logins import COOKIE, hired, staff
from tests.world import World


async def test_a_code_of_the_telephone_is_asked_after_the_password(world: World) -> None:
    user, first = await hired(world), Desk(world)
    await first.enter()
    secret, codes = await first.enrol()
    assert len(set(codes)) == 10
    world.wait(minutes=1)
    desk = Desk(world)
    assert (await desk.enter()).headers["location"] == "/login/code"
    before = desk.client.cookies[COOKIE]
    assert (await desk.client.get("/queue")).headers["location"] == "/login/code?next=/queue"
    assert (await desk.client.get("/password")).headers["location"] == "/login/code?next=/password"
    assert (await desk.client.get("/api/v1/cases/")).status_code == 401
    wrong = await desk.send("/login/code", code="000000")
    assert wrong.status_code == 401
    assert "动态口令不正确" in wrong.text
    entered = await desk.send("/login/code", code=desk.code(secret))
    assert (entered.status_code, entered.headers["location"]) == (303, "/queue")
    assert desk.client.cookies[COOKIE] != before
    assert await desk.at_the_desk()
    found = await outcomes(world, user)
    assert found[0] is Outcome.OPENED
    assert found.count(Outcome.FAILED) == 1


async def test_no_code_is_taken_twice(world: World) -> None:
    await hired(world)
    first, second, third = Desk(world), Desk(world), Desk(world)
    await first.enter()
    secret, codes = await first.enrol()
    for desk in (second, third):
        await desk.enter()
    # The code that confirmed the telephone is spent as well.
    assert (await second.send("/login/code", code=second.code(secret))).status_code == 401
    world.wait(seconds=30)
    assert (await second.send("/login/code", code=second.code(secret))).status_code == 303
    assert (await third.send("/login/code", code=third.code(secret))).status_code == 401
    # Nor one of the half minute before it.
    world.wait(seconds=-30)
    assert (await third.send("/login/code", code=third.code(secret))).status_code == 401
    assert (await third.send("/login/code", code=codes[0].upper().replace("-", " "))).status_code == 303
    fourth = Desk(world)
    await fourth.enter()
    assert (await fourth.send("/login/code", code=codes[0])).status_code == 401
    assert (await fourth.send("/login/code", code=codes[1])).status_code == 303


async def test_guessed_codes_lock_the_account_and_the_password_does_not_make_them_forgotten(world: World) -> None:
    user, first = await hired(world), Desk(world)
    await first.enter()
    secret, _ = await first.enrol()
    world.wait(minutes=20)
    for _ in range(2):
        desk = Desk(world)
        assert (await desk.enter()).headers["location"] == "/login/code"
        for _ in range(2):
            await desk.send("/login/code", code="000000")
    last = Desk(world)
    assert (await last.enter()).status_code == 303
    assert (await last.send("/login/code", code="000001")).status_code == 401
    assert (await last.send("/login/code", code=last.code(secret))).status_code == 401
    assert (await Desk(world).enter()).status_code == 401
    assert (await outcomes(world, user))[0] is Outcome.LOCKED


async def test_a_role_that_needs_it_enrols_before_anything_else(world: World) -> None:
    user = await hired(world, roles=["complaint_manager"])
    await asks(world, "totp.roles", "complaint_manager")
    await set_up(world, user, must_change=True)
    desk = Desk(world)
    assert (await desk.enter()).headers["location"] == "/password"
    assert (await desk.change("Xq7-vm2Kd-Tulip")).headers["location"] == "/account/second-factor?next=/account"
    assert (await desk.client.get("/queue")).headers["location"] == "/account/second-factor?next=/queue"
    assert (await desk.client.get("/api/v1/cases/")).status_code == 401
    await desk.enrol()
    assert await desk.at_the_desk()
    assert (await outcomes(world, user))[0] is Outcome.OPENED


async def test_the_secret_is_sealed_shown_until_confirmed_and_drawn_without_script(world: World) -> None:
    user, desk = await hired(world), Desk(world)
    await desk.enter()
    secret = await desk.secret()
    assert await desk.secret() == secret
    picture = await desk.client.get("/account/second-factor/picture.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "<path" in picture.text
    assert "script" not in picture.text
    held = await factor(world, user)
    assert held
    assert secret not in held.secret_enc
    await desk.enrol()
    assert secret not in (await desk.client.get("/account/second-factor")).text.replace(" ", "")
    assert (await desk.client.get("/account/second-factor/picture.svg")).status_code == 409
    async with world.database.reading() as session:
        hashes = (await session.scalars(select(RecoveryCode.code_hash))).all()
    assert all(re.fullmatch(r"[0-9a-f]{64}", each) for each in hashes)


async def test_a_wrong_code_confirms_nothing(world: World) -> None:
    user, desk = await hired(world), Desk(world)
    await desk.enter()
    await desk.secret()
    assert (await desk.send("/account/second-factor", code="000000")).status_code == 422
    assert (await desk.send("/account/second-factor", code="not a code")).status_code == 422
    held = await factor(world, user)
    assert held
    assert held.confirmed_at is None
    assert (await Desk(world).enter()).headers["location"] == "/queue"


async def test_a_new_telephone_takes_a_code_of_the_old_one(world: World) -> None:
    user, desk = await hired(world), Desk(world)
    await desk.enter()
    secret, codes = await desk.enrol()
    world.wait(minutes=1)
    here = "/account/second-factor"
    assert (await desk.send(f"{here}/removal", here, code="000000")).status_code == 401
    renewed = await desk.send(f"{here}/codes", here, code=desk.code(secret))
    assert codes[0] not in renewed.text
    assert "只显示这一次" in renewed.text
    assert (await desk.send(f"{here}/removal", here, code=codes[0])).status_code == 401
    world.wait(minutes=1)
    assert (await desk.send(f"{here}/removal", here, code=desk.code(secret))).status_code == 303
    assert await factor(world, user) is None
    assert (await Desk(world).enter()).headers["location"] == "/queue"


async def test_the_security_administrator_removes_a_lost_telephone_and_nobody_else_may(world: World) -> None:
    user, desk = await hired(world), Desk(world)
    await desk.enter()
    await desk.enrol()
    path = f"/security/accounts/{user.id}/factor"
    async with await staff(world, "admin") as other:
        assert (await other.post(path)).status_code == 403
    async with await staff(world, "security") as client:
        assert "解除动态口令：陈同事" in (await client.get("/security/accounts")).text
        assert (await client.post(path)).status_code == 303
        assert (await client.post(path)).status_code == 409
    assert not await desk.at_the_desk()
    assert (await Desk(world).enter()).headers["location"] == "/queue"
    async with world.database.reading() as session:
        removed = select(AuditEntry.actor).where(AuditEntry.event == "factor.removed")
        assert (await session.scalars(removed)).all() == ["staff:security"]


async def test_a_session_that_is_half_way_in_ages_like_any_other(world: World) -> None:
    user, desk = await hired(world), Desk(world)
    await set_up(world, user, must_change=True)
    await desk.enter()
    world.time += timedelta(minutes=31)
    assert (await desk.client.get("/password")).headers["location"] == "/login?next=/password"
