"""Builders for the steps of a login, through the pages."""

import re

import httpx
import pyotp

from casebackend.api.policies import AddParameter
from casebackend.calendar.rules import local_date
from casebackend.credentials.model import SecondFactor
from casebackend.policies import service as policies
from casebackend.staff import logbook
from casebackend.staff.model import User
from casebackend.staff.rules import Outcome, Role
from tests.casebackend.staff.logins import browser, light
from tests.world import World

RIGHT = "Correct-Horse-9"
ANOTHER = "Xq7-vm2Kd-Tulip"


class Desk:
    """One browser at the door; sends the CSRF token of the page it is on."""

    def __init__(self, world: World) -> None:
        world.app.ctx.passwords = light()
        self.world = world
        self.client = browser(world)

    async def enter(self, password: str = RIGHT, login: str = "chen") -> httpx.Response:
        self.world.wait(milliseconds=1)
        return await self.client.post("/login", data={"login": login, "password": password})

    async def send(self, path: str, on: str | None = None, **fields: str) -> httpx.Response:
        page = await self.client.get(on or path)
        self.world.wait(milliseconds=1)
        csrf = re.search(r'data-csrf="(\w+)"', page.text)
        assert csrf, (page.status_code, page.headers.get("location"))
        return await self.client.post(path, data=fields | {"csrf": csrf[1]})

    async def change(self, wanted: str, current: str = RIGHT, again: str | None = None) -> httpx.Response:
        fields = {"current": current, "wanted": wanted, "again": wanted if again is None else again}
        return await self.send("/password", **fields)

    async def secret(self) -> str:
        shown = re.search(r'id="secret">([A-Z2-7 ]+)<', (await self.client.get("/account/second-factor")).text)
        assert shown
        return shown[1].replace(" ", "")

    async def enrol(self) -> tuple[str, list[str]]:
        """The secret and the codes on paper."""
        secret = await self.secret()
        page = await self.send("/account/second-factor", code=self.code(secret))
        assert page.status_code == 200, page.text
        return secret, re.findall(r"<li>([a-z2-7-]{19})</li>", page.text)

    def code(self, secret: str) -> str:
        return pyotp.TOTP(secret).at(self.world.time)

    async def at_the_desk(self) -> bool:
        return (await self.client.get("/account")).status_code == 200


async def asks(world: World, code: str, value: str) -> None:
    """A parameter from today on."""
    command = AddParameter(code=code, value=value, effective_from=local_date(world.time), source="测试")
    async with world.database.transaction() as session:
        await policies.add(session, command, roles=set(Role), by="staff:security", now=world.time)


async def set_up(world: World, user: User, **fields: object) -> None:
    async with world.database.transaction() as session:
        held = await session.get_one(User, user.id)
        for name, value in fields.items():
            setattr(held, name, value)


async def factor(world: World, user: User) -> SecondFactor | None:
    async with world.database.reading() as session:
        found: SecondFactor | None = await session.get(SecondFactor, user.id)
        return found


async def outcomes(world: World, user: User) -> list[Outcome]:
    async with world.database.reading() as session:
        rows, _ = await logbook.read(session, logbook.Asked(user_id=user.id))
        return [Outcome(attempt.outcome) for attempt, _ in rows]
