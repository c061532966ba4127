"""Whoever keeps units and people in order hears when the other system sends nothing more."""

from datetime import timedelta

from sqlalchemy import select

from casebackend.notices.model import Notice
from casebackend.people import jobs
from casebackend.people.files import FileKind
from tests.casebackend.staff.logins import staff
from tests.casebackend.workers import worker
from tests.world import World


async def test_a_system_administrator_is_told_once_a_day_that_no_file_came_once_a_bank_asks_for_it(
    world: World,
) -> None:
    ticking = worker(world)
    await ticking.lead()
    await ticking.tick()
    async with world.database.reading() as session:
        assert await jobs.silent(session, world.time) == []
    async with await staff(world, "admin") as admin:
        form = {
            "code": jobs.SILENT, "value": "24", "source": "每日下发", "effective_from": world.time.date().isoformat(),
        }  # fmt: skip
        assert (await admin.post("/limits/reminders/thresholds", data=form)).status_code == 303
        assert "没有导入成功即提醒" in (await admin.get("/limits/reminders")).text
    async with world.database.reading() as session:
        assert await jobs.silent(session, world.time) == list(FileKind)
    for _ in range(3):
        world.wait(seconds=11)
        await ticking.tick()
    async with world.database.reading() as session:
        told = (await session.scalars(select(Notice).where(Notice.kind == "import.silent"))).all()
        assert sorted(notice.values["what"] for notice in told) == ["人员", "机构"]
        assert await jobs.silent(session, world.time + timedelta(days=1)) == list(FileKind)
