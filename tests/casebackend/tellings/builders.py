"""What a customer must be told, as the page and the API show it."""

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from casebackend.clocks.model import Timer
from casebackend.clocks.queries import timers_of
from casebackend.conversations.model import Message
from casebackend.notices.model import Notice
from tests.casebackend.cases.builders import Desk, case_of, told
from tests.casebackend.registration.takers import Counter
from tests.world import World

BY_LETTER = {"told_by": "letter", "told_proof": "挂号信 XA100012345CN"}


async def owed(desk: Desk, number: str, login: str = "supervisor") -> list[dict[str, Any]]:
    answer = await desk.reads(login, f"/cases/{number}/tellings")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def tells(desk: Desk, number: str, duty: dict[str, Any], login: str = "agent", **fields: Any) -> httpx.Response:
    browser = await desk.browser(login)
    body = told(desk.world, **BY_LETTER) | fields
    headers = {"If-Match": f'"{duty["version"]}"'}
    return await browser.post(f"/api/v1/cases/{number}/tellings/{duty['id']}", json=body, headers=headers)


async def petition(counter: Counter, **fields: Any) -> str:
    """Brought to the counter; accepted by somebody else."""
    number: str = (await counter.sure(matter_type="petition", **fields))["number"]
    await counter.desk.sure("lead", number, "accept")
    return number


async def clocks(world: World, clock_of: UUID, kind: str) -> list[Timer]:
    async with world.database.reading() as session:
        return [each for each in await timers_of(session, clock_of) if each.kind == kind]


async def demands(world: World, number: str, kind: str = "telling.asked") -> list[Notice]:
    async with world.database.reading() as session:
        found = await session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.at))
        return [each for each in found if each.values.get("number") == number]


async def read_by_customer(world: World, case_id: UUID) -> str:
    conversation = (await case_of(world, case_id)).conversation_id
    async with world.database.reading() as session:
        found = await session.scalars(select(Message.text).where(Message.conversation_id == conversation))
        return "\n".join(found)
