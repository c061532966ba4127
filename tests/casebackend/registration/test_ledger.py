"""The ledger of a month is read page by page, however long it is."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.access.guard import of_user
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.registration import ledger
from casebackend.staff.model import User
from tests.casebackend.cases.builders import unit
from tests.casebackend.exports.office import Office
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.world import World

MONTH = date(2026, 3, 1)


async def test_pages_of_the_ledger_hold_every_row_once_also_where_moments_are_equal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(world)
    await office.cases(6, channel="counter")
    async with world.database.reading() as session:
        reader = of_user((await session.scalars(select(User).where(User.login == "supervisor"))).one())
        everything, following = await ledger.rows(session, reader, month=MONTH)
        assert (len(everything), following) == (5, None)
        monkeypatch.setattr(ledger, "AT_ONCE", 2)
        asked = {"month": MONTH, "unit_id": None, "as_of": world.time}
        pages = [page async for page in ledger.batches(session, reader, **asked, most=9)]  # type: ignore[arg-type]
        assert [len(page) for page in pages] == [2, 2, 1]
        assert [row for page in pages for row in page] == everything
        some = [page async for page in ledger.batches(session, reader, **asked, most=3)]  # type: ignore[arg-type]
        assert [row for page in some for row in page] == everything[:3]
    made = await office.gets("supervisor", "month=2026-03", kind="ledger")
    _, _, _, *rows, _ = await office.rows("supervisor", made)
    assert [row[1] for row in rows] == [row.number for row in everything]


async def test_what_is_over_stands_in_the_ledger_of_those_who_took_part_and_of_the_desk_that_took_it_in(
    world: World,
) -> None:
    counter = Counter(world)
    desk, outlet = counter.desk, UUID(await unit(world, "北京朝阳支行"))
    for login, roles in (("aside", ["handler"]), ("window", ["intake"]), ("manager", ["team_lead"])):
        await hired(world, login, roles=roles, organisation_id=outlet)
    registered = await counter.sure("outlet", unit_id=str(outlet))
    number = registered["number"]

    async def rows(login: str) -> list[tuple[str, bool]]:
        async with world.database.reading() as session:
            reader = of_user((await session.scalars(select(User).where(User.login == login))).one())
            found, _ = await ledger.rows(session, reader, month=MONTH)
            assert len(found) == await ledger.count(session, reader, month=MONTH, unit_id=None)
            return [(row.number, row.readable) for row in found]

    for login in ("aside", "window", "manager", "outlet"):
        assert await rows(login) == [(number, True)], "as long as it is open, whoever is of the outlet"
    async with world.database.transaction() as session:
        case = (await session.scalars(select(Case).where(Case.number == number))).one()
        case.status, case.closed_at = Status.WITHDRAWN, world.time
    assert await rows("aside") == []
    for login in ("window", "manager", "outlet"):
        assert await rows(login) == [(number, True)]
    browser = await desk.browser("aside")
    assert (await browser.get(f"/cases/{number}")).status_code == 404
    assert number not in (await browser.get("/ledger?month=2026-03")).text


async def test_what_the_counter_took_in_about_another_unit_has_a_row_and_no_link_that_leads_nowhere(
    world: World,
) -> None:
    counter, jinan = Counter(world), await unit(world, "济南分行")
    number = (await counter.sure("outlet", unit_id=jinan))["number"]
    async with world.database.transaction() as session:
        case = (await session.scalars(select(Case).where(Case.number == number))).one()
        case.handler_id = case.assignee_id = None
        case.handling_unit_id = UUID(jinan)
    browser = await counter.desk.browser("outlet")
    text = (await browser.get("/ledger?month=2026-03")).text
    there = (await browser.get(f"/cases/{number}")).status_code == 200
    assert (number in text, f'href="/cases/{number}"' in text) == (True, there)
