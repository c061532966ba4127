import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.policies.service import initial
from casebackend.staff.demo import seed_demo
from casebackend.staff.model import LoginAttempt, LoginSession, User
from tests.casebackend.staff.logins import COOKIE, browser, hired, light, open_sessions, staff
from tests.world import World

RIGHT = "Correct-Horse-9"
TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS = (
    int(row["value"]) for row in initial() if row["code"] in ("login.tries", "login.tries_address")
)


@pytest_asyncio.fixture
async def door(world: World) -> AsyncIterator[httpx.AsyncClient]:
    world.app.ctx.passwords = light()
    async with browser(world) as client:
        yield client


async def enter(client: httpx.AsyncClient, login: str, password: str, **fields: str) -> httpx.Response:
    return await client.post("/login", data={"login": login, "password": password} | fields)


async def test_a_colleague_logs_in_and_lands_at_the_queue(world: World, door: httpx.AsyncClient) -> None:
    await hired(world)
    response = await enter(door, "chen", RIGHT)
    assert (response.status_code, response.headers["location"]) == (303, "/queue")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"))
    assert (await door.get("/account")).status_code == 200


async def test_the_browser_holds_a_secret_that_the_database_does_not(world: World, door: httpx.AsyncClient) -> None:
    await hired(world)
    secret = (await enter(door, "chen", RIGHT)).cookies[COOKIE]
    async with world.database.reading() as session:
        stored = (await session.scalars(select(LoginSession))).one()
        user = (await session.scalars(select(User).where(User.login == "chen"))).one()
        assert secret not in stored.secret_hash
        assert user.password_hash.startswith("$argon2id$")


async def test_each_login_gets_a_new_session_and_ends_the_one_before(world: World, door: httpx.AsyncClient) -> None:
    user = await hired(world)
    first = (await enter(door, "chen", RIGHT)).cookies[COOKIE]
    second = (await enter(door, "chen", RIGHT)).cookies[COOKIE]
    assert first != second
    assert await open_sessions(world, user) == 1
    old = browser(world)
    assert (await old.get("/account", headers={"Cookie": f"{COOKIE}={first}"})).status_code == 302


async def test_a_planted_session_id_is_never_taken_over(world: World, door: httpx.AsyncClient) -> None:
    await hired(world)
    response = await door.post(
        "/login", data={"login": "chen", "password": RIGHT}, headers={"Cookie": f"{COOKIE}=planted-by-an-attacker"}
    )
    assert response.cookies[COOKIE] != "planted-by-an-attacker"


@pytest.mark.parametrize(("login", "password"), [("chen", "wrong"), ("nobody", RIGHT), ("", ""), ("chen", "")])
async def test_every_refusal_sounds_the_same(world: World, door: httpx.AsyncClient, login: str, password: str) -> None:
    await hired(world)
    response = await enter(door, login, password)
    assert response.status_code == 401
    assert "用户名或密码不正确" in response.text
    assert COOKIE not in response.cookies
    if login:
        reference = await enter(door, "someone-else", "x")
        assert response.text.replace(f'value="{login}"', "") == reference.text.replace('value="someone-else"', "")


async def test_an_unknown_user_costs_as_much_work_as_a_known_one(world: World) -> None:
    """In turns and by the quickest of each, so that a busy machine does not decide."""
    hasher, known = light(), (await hired(world)).password_hash
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for _ in range(100):
        for name, hashed in (("known", known), ("unknown", None)):
            started = time.perf_counter()
            assert not await hasher.verify(hashed, "wrong")
            took[name].append(time.perf_counter() - started)
    assert 0.4 < min(took["known"]) / min(took["unknown"]) < 2.5


async def test_five_wrong_passwords_lock_the_account_for_15_minutes(world: World, door: httpx.AsyncClient) -> None:
    await hired(world)
    for _ in range(5):
        await enter(door, "chen", "wrong")
    assert (await enter(door, "chen", RIGHT)).status_code == 401
    world.wait(minutes=14)
    assert (await enter(door, "chen", RIGHT)).status_code == 401
    world.wait(minutes=2)
    assert (await enter(door, "chen", RIGHT)).status_code == 303


async def test_four_wrong_passwords_do_not_lock(world: World, door: httpx.AsyncClient) -> None:
    await hired(world)
    for _ in range(4):
        await enter(door, "chen", "wrong")
    assert (await enter(door, "chen", RIGHT)).status_code == 303


async def test_an_unknown_login_locks_like_a_known_one(world: World, door: httpx.AsyncClient) -> None:
    for _ in range(TRIES_PER_ACCOUNT + 1):
        await enter(door, "nobody", "x")
    async with world.database.reading() as session:
        outcomes = [row.outcome for row in await session.scalars(select(LoginAttempt).order_by(LoginAttempt.at))]
    assert sorted(outcomes) == ["failed"] * TRIES_PER_ACCOUNT + ["locked"]


async def test_many_accounts_tried_from_one_address_lock_the_address(world: World, door: httpx.AsyncClient) -> None:
    await hired(world)
    for number in range(TRIES_PER_ADDRESS):
        await enter(door, f"guess-{number}", "x")
    assert (await enter(door, "chen", RIGHT)).status_code == 401


async def test_guesses_sent_at_once_cannot_slip_past_the_lock(world: World, door: httpx.AsyncClient) -> None:
    await hired(world)
    await asyncio.gather(*(enter(door, "chen", f"wrong-{number}") for number in range(12)))
    async with world.database.reading() as session:
        outcomes = [row.outcome for row in await session.scalars(select(LoginAttempt))]
    assert outcomes.count("failed") == TRIES_PER_ACCOUNT


async def test_the_login_log_keeps_no_typed_word_and_the_audit_knows_the_user(
    world: World, door: httpx.AsyncClient
) -> None:
    user = await hired(world)
    await enter(door, "chen", "wrong")
    await enter(door, "My-Secret-Pass-1", "x")
    async with world.database.reading() as session:
        keys = [row.login_key for row in await session.scalars(select(LoginAttempt))]
        audited = await session.execute(select(AuditEntry.event, AuditEntry.object).where(AuditEntry.chain == "access"))
        failed = {("login.failed", f"user:{user.id}"), ("login.failed", "login:unknown")}
        assert {tuple(row) for row in audited} == failed
    assert all("secret" not in value.lower() and "chen" not in value for value in keys)


async def test_a_quarter_of_an_hour_of_silence_ends_the_session(world: World) -> None:
    async with await staff(world, "agent") as client:
        for _ in range(2):
            world.wait(minutes=14)
            assert (await client.get("/account")).status_code == 200
        world.wait(minutes=16)
        assert (await client.get("/account")).status_code == 302


async def test_ten_hours_end_the_session_of_the_busiest(world: World) -> None:
    async with await staff(world, "agent") as client:
        for _ in range(49):
            world.wait(minutes=12)
            assert (await client.get("/account")).status_code == 200
        world.wait(minutes=13)
        assert (await client.get("/account")).status_code == 302


async def test_what_the_page_does_by_itself_does_not_keep_the_session_alive(world: World) -> None:
    async with await staff(world, "agent") as client:
        for _ in range(3):
            world.wait(minutes=6)
            await client.get("/account", headers={"X-Background": "1"})
        assert (await client.get("/account")).status_code == 302


async def test_logging_out_ends_the_session_on_the_server(world: World) -> None:
    async with await staff(world, "agent") as client:
        assert (await client.post("/logout")).status_code == 303
        assert (await client.get("/account")).status_code == 302


async def test_a_user_switched_off_is_out_at_the_next_request(world: World) -> None:
    async with await staff(world, "agent") as client:
        async with world.database.transaction() as session:
            (await session.scalars(select(User).where(User.login == "agent"))).one().active = False
        assert (await client.get("/account")).status_code == 302
        assert (await client.get("/api/v1/knowledge/search?q=年费")).status_code == 401


@pytest.mark.parametrize(
    "where", ["//evil.example", "https://evil.example/x", "/\\evil.example", "javascript:alert(1)"]
)
async def test_after_the_login_nobody_is_sent_to_another_site(
    world: World, door: httpx.AsyncClient, where: str
) -> None:
    await hired(world)
    assert (await enter(door, "chen", RIGHT, next=where)).headers["location"] == "/queue"


async def test_on_the_loopback_the_demo_works_without_tls(world: World) -> None:
    world.app.ctx.passwords = light()
    await hired(world)
    transport = httpx.ASGITransport(world.app)
    origin = "http://127.0.0.1:8000"
    async with httpx.AsyncClient(transport=transport, base_url=origin, headers={"Origin": origin}) as client:
        response = await enter(client, "chen", RIGHT)
        assert response.cookies["tingsu"]
        assert (await client.get("/account")).status_code == 200


async def test_the_demo_logins_take_the_new_passwords_of_a_new_start(world: World) -> None:
    async with await staff(world, "agent") as client:
        async with world.database.transaction() as session:
            user = (await session.scalars(select(User).where(User.login == "agent"))).one()
            before = user.password_hash
            await seed_demo(session, {"agent": "A-New-Password-1"}, now=world.time)
            assert (before != user.password_hash, before[:28]) == (True, "$argon2id$v=19$m=65536,t=3,p")
            assert (user.display_name, set(user.roles)) == ("王受理", {"intake", "handler", "follow_up"})
        assert (await client.get("/account")).status_code == 302
