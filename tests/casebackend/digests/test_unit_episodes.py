"""A unit over the line of a unit is told to who leads it: once for each time, and until it has gone below it again."""

from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.digests.model import UnitEpisode
from casebackend.notices.model import Notice
from casebackend.staff.model import User
from tests.casebackend.cases.builders import REPLY, Desk, filed, unit
from tests.casebackend.staff.logins import hired
from tests.casebackend.workers import worker
from tests.world import World

DEPARTMENT = "个人金融部"


@pytest.fixture
async def desk(world: World) -> Desk:
    """With a head of the department that handles the complaints."""
    await hired(world, "head", roles=["department_head"], organisation_id=UUID(await unit(world, DEPARTMENT)))
    return Desk(world)


async def late(desk: Desk, count: int, prefix: str = "a") -> list[UUID]:
    """So many complaints of the department beyond their limits."""
    desk.browsers.clear()
    ids = []
    for number in range(count):
        receipt = await filed(desk.world, sender=f"{prefix}-{number}")
        await desk.reply_pending(receipt.case_id)
        ids.append(receipt.case_id)
    desk.world.wait(days=40)
    desk.browsers.clear()
    await looked(desk.world)
    return ids


async def looked(world: World) -> None:
    for _ in range(2):
        world.wait(minutes=11)
        await worker(world).tick()


async def told(world: World, code: str = "overdue=1") -> list[tuple[str, bool]]:
    """Who heard of the department's own line, and whether it is over."""
    async with world.database.reading() as session:
        query = select(Notice, User.login).join(User, User.id == Notice.user_id).order_by(Notice.at, User.login)
        rows = await session.execute(query.where(Notice.kind == "board.unit_alarm"))
        return [(login, notice.done_at is not None) for notice, login in rows if code in notice.link]


async def episodes(world: World, code: str = "overdue") -> list[tuple[int, int, bool]]:
    async with world.database.reading() as session:
        found = await session.scalars(
            select(UnitEpisode).where(UnitEpisode.code == code).order_by(UnitEpisode.began_at)
        )
        return [(each.value, each.line, each.ended_at is None) for each in found]


async def test_who_leads_the_unit_hears_once_and_the_board_says_since_when(world: World, desk: Desk) -> None:
    await late(desk, 3)
    assert await told(world) == [("head", False)]
    await looked(world)
    assert await told(world) == [("head", False)]
    assert await episodes(world) == [(3, 3, True)]
    rows = (await desk.reads("supervisor", "/board")).json()["units"]
    [row] = [each for each in rows if each["name"] == DEPARTMENT]
    assert [(each["code"], each["line"]) for each in row["alarms"] if each["code"] == "overdue"] == [("overdue", 3)]
    page = (await (await desk.browser("supervisor")).get("/board")).text
    assert "起达到警戒线 3 件，已通知单位负责人" in page


async def test_below_its_line_a_unit_is_told_nothing_whatever_the_whole_bank_has(world: World, desk: Desk) -> None:
    await late(desk, 2)
    assert (await told(world), await episodes(world)) == ([], [])
    rows = (await desk.reads("supervisor", "/board")).json()["units"]
    assert [each["alarms"] for each in rows if each["name"] == DEPARTMENT] == [[]]


async def test_what_went_below_its_line_is_done_and_what_comes_back_is_told_again(world: World, desk: Desk) -> None:
    first = (await late(desk, 3))[0]
    await desk.sure("agent", first, "reply", **REPLY, overdue_reason="客户长期失联")
    await looked(world)
    assert await told(world) == [("head", True)]
    assert await episodes(world) == [(3, 3, False)]
    await late(desk, 1, prefix="b")
    assert await told(world) == [("head", True), ("head", False)]
    assert await episodes(world) == [(3, 3, False), (3, 3, True)]
