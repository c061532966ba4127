"""Builders for what happens around a case: tasks, recusals, evidence."""

from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select

from casebackend.check import check
from casebackend.staff.model import User
from tests.casebackend.cases.builders import Desk
from tests.casebackend.workers import worker
from tests.world import World


async def user(world: World, login: str) -> User:
    async with world.database.transaction() as session:
        return (await session.scalars(select(User).where(User.login == login))).one()


async def posts(desk: Desk, login: str, path: str, body: dict[str, Any], *, key: str | None = None) -> httpx.Response:
    browser = await desk.browser(login)
    return await browser.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": key or uuid4().hex})


async def changes(desk: Desk, login: str, path: str, act: str, body: dict[str, Any] | None = None) -> httpx.Response:
    """With the version that is current."""
    browser = await desk.browser(login)
    tag = (await browser.get(f"/api/v1{path}")).headers.get("ETag", "*")
    return await browser.post(f"/api/v1{path}/{act}", json=body or {}, headers={"If-Match": tag})


async def tasks_of(desk: Desk, login: str, number: object) -> list[dict[str, Any]]:
    found = (await desk.reads(login, f"/cases/{number}/tasks")).json()
    return [*[part for each in found["rounds"] for part in each["parts"]], *found["consultations"]]


async def holds(world: World) -> None:
    """Every invariant of the whole database."""
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def ticked(world: World) -> None:
    await worker(world).tick()


def refused(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["type"].removeprefix("/problems/")
