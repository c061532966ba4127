"""The ledger of a month is read page by page, however long it is."""

from datetime import date

import pytest
from sqlalchemy import select

from casebackend.access.guard import of_user
from casebackend.registration import ledger
from casebackend.staff.model import User
from tests.casebackend.exports.office import Office
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
