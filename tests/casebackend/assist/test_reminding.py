"""Whoever verifies an entry hears of its day of review once, and once more when its grace is over."""

from typing import Any

import pytest
from sqlalchemy import select

from casebackend.curation import inbox, reviewing
from casebackend.notices.model import Notice, StaffMessage
from casebackend.staff.model import User
from tests.casebackend.assist.test_calling import ticked, unit_of
from tests.casebackend.curation.desks import Curation
from tests.casebackend.staff.logins import hired
from tests.world import World

DUE, OVERDUE = "staff_entry_review", "staff_entry_review_overdue"


async def told(world: World, article_id: str) -> list[tuple[str, str, bool]]:
    async with world.database.reading() as session:
        rows = await session.execute(
            select(User.login, Notice)
            .join(User, User.id == Notice.user_id)
            .where(Notice.cause.contains(f":{article_id}@"), Notice.template.in_((DUE, OVERDUE)))
            .order_by(Notice.at, User.login)
        )
        return [(login, notice.template, notice.done_at is None) for login, notice in rows]


async def until(world: World, desk: Curation, days: int) -> None:
    world.wait(days=days)
    desk.browsers.clear()
    await ticked(world)


async def days_of(world: World) -> tuple[int, int]:
    async with world.database.reading() as session:
        terms = await reviewing.terms(session, world.time)
    return terms.cycle, terms.grace


async def test_its_day_is_told_once_then_its_grace_and_whoever_verifies_ends_both(world: World) -> None:
    desk = Curation(world)
    entry = await desk.published()
    cycle, grace = await days_of(world)
    await until(world, desk, cycle - 1)
    assert await told(world, entry["id"]) == []
    await until(world, desk, 1)
    assert await told(world, entry["id"]) == [("lead", DUE, True)]
    await until(world, desk, grace)
    assert await told(world, entry["id"]) == [("lead", DUE, True)]
    await until(world, desk, 1)
    assert await told(world, entry["id"]) == [("lead", DUE, True), ("lead", OVERDUE, True)]
    await desk.took("lead", entry, "verify")
    await ticked(world)
    assert [open_ for *_, open_ in await told(world, entry["id"])] == [False, False]
    async with world.database.reading() as session:
        sent = await session.scalars(select(StaffMessage).where(StaffMessage.template.in_((DUE, OVERDUE))))
        assert {each.template for each in sent} <= {OVERDUE}, "no mail before the grace is over"


async def test_the_lead_of_the_department_that_keeps_an_entry_hears_of_it(world: World) -> None:
    desk = Curation(world)
    unit = await unit_of(world, "branch")
    keeper = await hired(world, "keeper", roles=["team_lead"], staff_no="8301", organisation_id=unit)
    entry = await desk.published(unit_id=str(unit))
    cycle, _ = await days_of(world)
    await until(world, desk, cycle)
    assert keeper.login in [login for login, *_ in await told(world, entry["id"])]


async def test_however_many_wait_to_be_looked_at_the_next_ones_are_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST", 2)
    desk = Curation(world)
    entries = [
        await desk.published(title=f"年费怎样减免之{name}", questions=[f"{name}年费怎样减免"]) for name in "甲乙丙丁戊"
    ]
    cycle, _ = await days_of(world)
    await until(world, desk, cycle)
    for _ in range(2):
        world.wait(hours=2)
        desk.browsers.clear()
        await ticked(world)
    assert [len(await told(world, each["id"])) for each in entries] == [1] * 5


async def test_what_came_due_long_ago_is_found_in_the_inbox_and_calls_nobody(world: World) -> None:
    desk = Curation(world)
    entry = await desk.published()
    cycle, grace = await days_of(world)
    await until(world, desk, cycle + grace + 31)
    async with world.database.reading() as session:
        assert list(await session.scalars(select(Notice.cause).where(Notice.template.in_((DUE, OVERDUE))))) == []
    page: Any = await (await desk.browser("lead")).get("/curation?tab=todo")
    assert f"/curation/articles/{entry['id']}/1" in page.text
