"""Builders for logins, through the real login service."""

import httpx
from sqlalchemy import select

from casebackend.staff import service
from casebackend.staff.model import LoginSession, User
from casebackend.staff.passwords import Passwords
from tests.world import World

BASE = "https://casebackend"
COOKIE = "__Host-tingsu"


def light() -> Passwords:
    """A hasher that is quick because it is weak."""
    return Passwords(time_cost=1, memory_kib=64)


def browser(world: World) -> httpx.AsyncClient:
    """A browser on https: cookies are kept, our own origin is sent."""
    transport = httpx.ASGITransport(world.app)
    return httpx.AsyncClient(transport=transport, base_url=BASE, headers={"Origin": BASE})


async def staff(world: World, login: str) -> httpx.AsyncClient:
    """A logged-in browser that also sends the CSRF token. The password check is left to the tests of the login."""
    client = browser(world)
    async with world.database.transaction() as session:
        attempt = await service.begin_attempt(session, key=key(world), login=login, address="10.0.0.9", now=world.time)
        secret, _ = await service.open_session(session, attempt, replaces=None, address="10.0.0.9", now=world.time)
    client.headers["Cookie"] = f"{COOKIE}={secret}"
    client.headers["X-CSRF-Token"] = service.csrf_token(key(world), secret)
    return client


def key(world: World) -> str:
    return world.settings.session_key.get_secret_value()


async def hired(world: World, login: str = "chen", password: str = "Correct-Horse-9", **fields: object) -> User:
    """A new colleague whose password is cheap to check."""
    values = {"display_name": "陈同事", "staff_no": "8100", "roles": ["intake"]} | fields
    async with world.database.transaction() as session:
        return await service.add_user(session, login=login, password_hash=light().hash(password), **values)  # type: ignore[arg-type]


async def open_sessions(world: World, user: User) -> int:
    async with world.database.reading() as session:
        rows = await session.scalars(
            select(LoginSession).where(LoginSession.user_id == user.id, LoginSession.ended_at.is_(None))
        )
        return len(rows.all())
