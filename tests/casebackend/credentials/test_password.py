"""The change of a password: forced, of one's own will, and what it does to sessions."""

from datetime import timedelta
from itertools import pairwise

from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.staff.model import User
from casebackend.staff.passwords import Passwords
from casebackend.staff.rules import Outcome
from tests.casebackend.credentials.steps import ANOTHER, RIGHT, Desk, asks, outcomes, set_up
from tests.casebackend.staff.logins import COOKIE, hired, open_sessions
from tests.world import World


async def test_an_initial_password_opens_nothing_but_its_own_change(world: World) -> None:
    user, desk = await hired(world), Desk(world)
    await set_up(world, user, must_change=True)
    entered = await desk.enter()
    assert (entered.status_code, entered.headers["location"]) == (303, "/password")
    before = desk.client.cookies[COOKIE]
    for path in ("/queue", "/account", "/login/code", "/account/second-factor"):
        response = await desk.client.get(path)
        assert (response.status_code, response.headers["location"]) == (302, f"/password?next={path}")
    assert (await desk.client.get("/api/v1/cases/")).status_code == 401
    assert (await desk.client.post("/duty", data={"state": "busy"})).status_code == 401
    changed = await desk.change(ANOTHER)
    assert (changed.status_code, changed.headers["location"]) == (303, "/account")
    assert await desk.at_the_desk()
    assert desk.client.cookies[COOKIE] != before
    assert await outcomes(world, user) == [Outcome.OPENED, Outcome.PASSED]
    assert (await Desk(world).enter(RIGHT)).status_code == 401
    assert (await Desk(world).enter(ANOTHER)).headers["location"] == "/queue"


async def test_a_new_password_is_refused_in_words_and_the_old_one_stays(world: World) -> None:
    await hired(world)
    desk = Desk(world)
    await desk.enter()
    for wanted, again, said in (
        ("Xq7-vm2", None, "至少 10 个字符"),
        ("Xq7-chen-vm2Kd", None, "不得包含用户名"),
        ("Password123!", None, "容易被猜中"),
        (RIGHT, None, "最近 5 次"),
        (ANOTHER, ANOTHER + "x", "两次输入的新密码不一致"),
    ):
        refused = await desk.change(wanted, again=again)
        assert (refused.status_code, said in refused.text) == (422, True), refused.text
        assert wanted not in refused.text
    assert (await Desk(world).enter(RIGHT)).status_code == 303


async def test_the_last_five_passwords_are_not_taken_again(world: World) -> None:
    await hired(world)
    await asks(world, "djbh.history", "3")
    desk = Desk(world)
    await desk.enter()
    used = [RIGHT, *(f"Xq7-vm2Kd-Tulip-{place}" for place in range(3))]
    for current, wanted in pairwise(used):
        world.wait(minutes=1)
        assert (await desk.change(wanted, current)).status_code == 303
    for old in used[1:]:
        assert (await desk.change(old, used[-1])).status_code == 422
    assert (await desk.change(RIGHT, used[-1])).status_code == 303


async def test_whoever_changes_it_has_to_know_it_and_guessing_here_locks_too(world: World) -> None:
    user, desk = await hired(world), Desk(world)
    await desk.enter()
    for _ in range(5):
        assert (await desk.change(ANOTHER, "wrong")).status_code == 401
    assert (await desk.change(ANOTHER)).status_code == 401
    assert (await outcomes(world, user))[:6] == [Outcome.LOCKED, *[Outcome.FAILED] * 5]


async def test_a_change_ends_every_other_session_at_once(world: World) -> None:
    user, mine, other = await hired(world), Desk(world), Desk(world)
    await mine.enter()
    await other.enter()
    assert await other.at_the_desk()
    await mine.change(ANOTHER)
    assert not await other.at_the_desk()
    assert await mine.at_the_desk()
    assert await open_sessions(world, user) == 1
    async with world.database.reading() as session:
        changed = select(AuditEntry.actor, AuditEntry.object).where(AuditEntry.event == "password.changed")
        assert (await session.execute(changed)).all() == [("staff:chen", f"user:{user.id}")]


async def test_after_ninety_days_the_next_login_asks_for_a_new_one(world: World) -> None:
    user = await hired(world)
    await set_up(world, user, password_changed_at=world.time - timedelta(days=89))
    assert (await Desk(world).enter()).headers["location"] == "/queue"
    world.wait(days=1)
    assert (await Desk(world).enter()).headers["location"] == "/password"
    await asks(world, "password.profile", "asvs")
    other = await hired(world, login="lin", staff_no="8101")
    await set_up(world, other, password_changed_at=world.time - timedelta(days=900))
    assert (await Desk(world).enter(login="lin")).headers["location"] == "/queue"


async def test_a_stricter_rule_meets_everybody_at_the_next_login(world: World) -> None:
    await hired(world)
    desk = Desk(world)
    await desk.enter()
    await asks(world, "djbh.length", "16")
    assert await desk.at_the_desk()
    assert (await Desk(world).enter()).headers["location"] == "/password"


async def test_a_hash_of_older_parameters_is_made_anew_at_a_login(world: World) -> None:
    user = await hired(world)
    async with world.database.transaction() as session:
        held = await session.get_one(User, user.id)
        held.password_hash = Passwords(time_cost=2, memory_kib=128).hash(RIGHT)
    for expected in (303, 303):
        assert (await Desk(world).enter()).status_code == expected
        async with world.database.reading() as session:
            assert "m=64,t=1," in (await session.get_one(User, user.id)).password_hash
