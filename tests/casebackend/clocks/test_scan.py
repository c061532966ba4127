"""The look at the clocks costs what is due, however many cases have been closed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import Select

from casebackend.clocks import jobs, service
from casebackend.clocks.model import Timer
from tests.world import World

CLOSED, OPEN = 4_000, 20


async def plan(session: AsyncSession, query: Select[Any]) -> str:
    bind = session.get_bind()
    said = str(query.compile(dialect=bind.dialect, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN " if bind.dialect.name == "sqlite" else "EXPLAIN "
    rows = await session.execute(text(explain + said.replace(":", "\\:")))
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize("due", [jobs.due_at_all, jobs.due_now])
async def test_the_worker_looks_only_at_clocks_that_still_have_something_to_tell(world: World, due: object) -> None:
    async with world.database.transaction() as session:
        one = await service.made(session, uuid4(), "l1", at=world.time - timedelta(days=20))
        values = {column.key: getattr(one, column.key) for column in Timer.__table__.columns if column.key != "id"}
        for number in range(CLOSED + OPEN):
            row = values | {"id": uuid4(), "case_id": uuid4(), "level": 0, "paused_days": 0}
            row |= {"stopped_at": world.time, "next_at": None} if number < CLOSED else {}
            session.add(Timer(**row))
        await session.flush()
        await session.execute(text("ANALYZE"))
        found = await plan(session, due(world.time))  # type: ignore[operator]
    assert "ix_timers_next" in found, found
    assert "Seq Scan" not in found
    assert "SCAN timers" not in found.replace("USING", "")
