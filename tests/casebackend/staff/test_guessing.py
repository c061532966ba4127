"""Guesses at passwords reach no more of them than the policy says, and keep nobody from his own desk."""

from itertools import cycle, islice

import pytest
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.notices.model import Notice
from casebackend.staff.model import LoginAttempt, User
from casebackend.staff.rules import bucket_of
from casebackend.worker import Worker
from tests.casebackend.credentials.steps import RIGHT, asks
from tests.casebackend.hostile.guessing import Attacker
from tests.casebackend.people.admins import Office
from tests.casebackend.staff.logins import hired, staff
from tests.statements import counted
from tests.world import World

TRIES, TRIES_OF_ADDRESS = 5, 20
HOME, ELSEWHERE = "10.8.0.1", "203.0.113.9"


async def worked(world: World) -> None:
    """A tick and an hour of the worker."""
    worker = Worker(world.database, world.settings, now=lambda: world.time, name="guessing")
    await worker.lead()
    await worker.tick()
    await worker.hourly()


async def test_of_two_hundred_guesses_no_more_than_the_policy_allows_reach_a_password(world: World) -> None:
    await hired(world)
    attacker = Attacker(world)
    for number in range(70):
        assert not await attacker.guess("chen", f"198.51.100.{number}")
    for number in range(70):
        assert not await attacker.guess(f"someone-{number}", ELSEWHERE)
    logins, addresses = cycle(("chen", "lead", "nobody")), cycle(f"203.0.113.{number}" for number in range(20, 27))
    for login, address in islice(zip(logins, addresses, strict=False), 60):
        assert not await attacker.guess(login, address)
    assert attacker.sent == 200
    assert attacker.most("account") == TRIES
    assert attacker.most("address") == TRIES_OF_ADDRESS
    assert attacker.passwords.judged <= TRIES * 3 + TRIES_OF_ADDRESS


async def test_an_unknown_login_costs_the_same_work_at_each_step(world: World) -> None:
    await hired(world)
    known, unknown = Attacker(world), Attacker(world)
    for number in range(TRIES + 2):
        await known.guess("chen", f"198.51.100.{number}")
        await unknown.guess("nobody", f"198.51.101.{number}")
        assert known.passwords.judged == unknown.passwords.judged
    assert known.passwords.judged == TRIES


async def test_an_unknown_login_says_the_same_statements_to_the_database(world: World) -> None:
    """F70: else the time of the answer tells which names there are."""
    await hired(world)
    attacker = Attacker(world)
    await attacker.guess("somebody", "198.51.100.7")
    for _ in range(TRIES - 2):
        said = []
        for login, address in (("chen", HOME), ("nobody", ELSEWHERE)):
            with counted(world) as statements:
                await attacker.guess(login, address)
            said.append(statements)
        assert said[0] == said[1]
    async with world.database.reading() as session:
        objects = select(AuditEntry.object).where(AuditEntry.event == "login.failed")
        assert sum(each == "login:unknown" for each in await session.scalars(objects)) == TRIES - 1


async def test_guesses_from_elsewhere_keep_nobody_from_his_own_desk(world: World) -> None:
    await hired(world)
    attacker = Attacker(world)
    assert await attacker.guess("chen", HOME, RIGHT)
    for day in range(3):
        world.wait(days=day)
        for number in range(TRIES + 1):
            await attacker.guess("chen", f"198.51.{day}.{number}")
        assert not await attacker.guess("chen", ELSEWHERE, RIGHT)
        assert await attacker.guess("chen", HOME, RIGHT)
    for _ in range(TRIES):
        assert not await attacker.guess("chen", HOME)
    assert not await attacker.guess("chen", HOME, RIGHT)
    world.wait(minutes=16)
    assert await attacker.guess("chen", HOME, RIGHT)


async def test_how_long_an_address_counts_as_ones_own_is_a_parameter(world: World) -> None:
    await hired(world)
    attacker = Attacker(world)
    assert await attacker.guess("chen", HOME, RIGHT)
    await asks(world, "login.known_days", "0")
    for number in range(TRIES):
        await attacker.guess("chen", f"198.51.100.{number}")
    assert not await attacker.guess("chen", HOME, RIGHT)
    await asks(world, "login.known_days", "30")
    assert await attacker.guess("chen", HOME, RIGHT)
    world.wait(days=31)
    for number in range(TRIES):
        await attacker.guess("chen", f"198.51.101.{number}")
    assert not await attacker.guess("chen", HOME, RIGHT)


async def test_one_address_locks_no_account_but_by_its_own_few_tries(world: World) -> None:
    """An attacker cannot lock everybody: his address is refused before he has come through the list."""
    attacker, names = Attacker(world), [f"colleague-{number}" for number in range(8)]
    for name in names:
        await hired(world, name, staff_no=name)
    for name in names * (TRIES + 1):
        await attacker.guess(name, ELSEWHERE)
    opened = [await attacker.guess(name, HOME, RIGHT) for name in names]
    assert opened == [True] * len(names)


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("10.0.0.9", "10.0.0.9"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:10.0.0.9", "10.0.0.9"),
        ("::1", "::1"), ("unix:", "unix:"), ("x" * 99, "x" * 64),
    ],
)  # fmt: skip
def test_whoever_has_one_address_of_a_network_has_them_all(address: str, bucket: str) -> None:
    assert bucket_of(address) == bucket


async def test_the_owner_and_the_security_administrator_learn_of_a_lock(world: World) -> None:
    user = await hired(world)
    attacker = Attacker(world)
    for _ in range(TRIES + 2):
        await attacker.guess("chen", ELSEWHERE)
    await worked(world)
    async with world.database.reading() as session:
        notices = (await session.scalars(select(Notice).where(Notice.user_id == user.id))).all()
    assert [(notice.kind, notice.values["address"]) for notice in notices] == [("login.locked", ELSEWHERE)]
    world.wait(minutes=16)
    assert await attacker.guess("chen", HOME, RIGHT)
    async with await staff(world, "chen") as client:
        assert f"从{ELSEWHERE}登录您的账号" in (await client.get("/notices")).text
    async with await staff(world, "security") as client:
        log = (await client.get(f"/security/logins?address={ELSEWHERE}&outcome=locked")).text
        assert log.count("陈同事") == 2


async def test_an_account_that_nobody_used_for_ninety_days_is_disabled_and_listed(world: World) -> None:
    idle, busy = await hired(world), await hired(world, "busy", staff_no="8101", display_name="常在")
    async with world.database.transaction() as session:
        for user in (idle, busy):
            (await session.get_one(User, user.id)).password_changed_at = world.time
    attacker, office = Attacker(world), Office(world)
    world.wait(days=60)
    assert await attacker.guess("busy", HOME, RIGHT)
    world.wait(days=29)
    await worked(world)
    assert (await office.user("chen")).active
    world.wait(days=2)
    await worked(world)
    chen = await office.user("chen")
    assert (chen.active, chen.disabled_why) == (False, "90天未登录，系统自动停用")
    assert (await office.user("busy")).active
    assert (await office.user("lead")).active
    assert not await attacker.guess("chen", HOME, RIGHT)
    async with await staff(world, "security") as client:
        assert "90天未登录，系统自动停用" in (await client.get("/security/accounts")).text
        assert "已自动停用" in (await client.get("/notices")).text
    await office.done("admin", "POST", f"/users/{chen.id}/enabling", {"reason": "休假归来"}, read=chen.version)
    world.wait(days=89)
    await worked(world)
    assert (await office.user("chen")).active
    async with world.database.reading() as session:
        kept = await session.scalars(select(LoginAttempt.outcome).where(LoginAttempt.user_id == chen.id))
        assert "enabled" in set(kept)
