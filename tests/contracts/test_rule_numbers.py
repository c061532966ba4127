"""Versions of rules that were approved before they were numbered hold after the upgrade as they held before."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import sqlalchemy as sa

from tests.contracts.installation import Installation
from tests.databases import empty_url

BEFORE = "40ba5c5d4275"
VERSIONS = sa.table(
    "grading_rules",
    sa.column("id", sa.Uuid()), sa.column("code"), sa.column("purpose"), sa.column("result"), sa.column("rank"),
    sa.column("reason"), sa.column("when", sa.JSON()), sa.column("active"), sa.column("effective_from", sa.Date()),
    sa.column("source"), sa.column("evidence"), sa.column("state"), sa.column("version"), sa.column("number"),
    sa.column("proposed_at", sa.DateTime(timezone=True)), sa.column("based_on"),
)  # fmt: skip
TOLD = datetime(2026, 3, 1, 2, tzinfo=UTC)


def version(state: str, day: int, proposed_at: datetime | None, code: str = "major_amount") -> dict[str, object]:
    return {
        "id": uuid4(), "code": code, "purpose": "severity", "result": "重大投诉", "rank": 1, "reason": "涉及金额",
        "when": {"amount_from": day}, "active": True, "effective_from": date(2026, 3, day), "source": "办法",
        "evidence": "D", "state": state, "proposed_at": proposed_at, "version": 1,
    }  # fmt: skip


async def test_each_code_is_numbered_by_day_and_what_waits_is_based_on_the_last(tmp_path: Path) -> None:
    delivered, late, early = version("approved", 1, None), version("approved", 9, TOLD), version("approved", 4, TOLD)
    same_day = version("approved", 4, TOLD.replace(hour=3))
    waits, refused = version("proposed", 2, TOLD), version("refused", 20, TOLD)
    other = version("approved", 9, None, "lane_elderly")
    async with empty_url(tmp_path) as url:
        here = Installation.at(url)
        await here.upgrade(BEFORE)
        async with here.database.transaction() as session:
            for row in (late, waits, same_day, delivered, refused, early, other):
                await session.execute(sa.insert(VERSIONS).values(row))
        await here.upgrade()
        async with here.database.reading() as session:
            chosen = sa.select(VERSIONS.c.id, VERSIONS.c.number, VERSIONS.c.based_on)
            found: dict[UUID, tuple[int, int]] = {
                id: (number, based_on) for id, number, based_on in await session.execute(chosen)
            }
        await here.database.dispose()
    numbered = [found[row["id"]] for row in (delivered, early, same_day, late, waits, refused, other)]  # type: ignore[index]
    assert numbered == [(0, 0), (1, 0), (2, 0), (3, 0), (0, 3), (0, 0), (0, 0)]
