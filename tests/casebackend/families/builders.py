"""Complaints that belong together."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from casebackend.api.cases import MoveCase
from casebackend.cases.filing import SYSTEM
from casebackend.cases.rules import Move
from casebackend.cases.service import move_case
from casebackend.check import check
from tests.casebackend.cases.builders import Desk, filed
from tests.world import World


def slug(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rsplit("/", 1)[-1]


async def closes(world: World, case_id: UUID) -> None:
    async with world.database.transaction() as session:
        command = MoveCase(move=Move.CLOSE_WITHOUT_FOLLOWUP)
        await move_case(session, case_id, command, principal=SYSTEM, now=world.time)


async def closed(world: World, *, sender: str = "customer-1") -> tuple[UUID, str]:
    """A complaint that was answered and closed; id and number."""
    receipt = await filed(world, sender=sender)
    await Desk(world).replied(receipt.case_id)
    await closes(world, receipt.case_id)
    return receipt.case_id, receipt.number


async def posts(desk: Desk, login: str, path: str, *, key: str | None = None, **body: Any) -> httpx.Response:
    browser = await desk.browser(login)
    return await browser.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": key or uuid4().hex})


async def holds(world: World) -> list[str]:
    async with world.database.reading() as session:
        return await check(session, now=world.time)
