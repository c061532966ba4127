"""Many cases from one: copies of a filed one that differ where a test says so."""

from typing import Any
from uuid import UUID, uuid4

from casebackend.cases.model import Case
from tests.world import World

ONLY_ONCE = {"id", "number", "version", "draft_id", "parent_id"}


async def copied(world: World, case_id: UUID, **changes: Any) -> str:
    """The number of the copy; `day` is a convenience for the day part of it."""
    async with world.database.transaction() as session:
        first = await session.get_one(Case, case_id)
        columns = [column.key for column in Case.__mapper__.column_attrs if column.key not in ONLY_ONCE]
        values = {name: getattr(first, name) for name in columns} | changes
        number = values.pop("number", f"TS20260102{uuid4().int % 10**6:06d}")
        session.add(Case(id=uuid4(), number=number, **values))
        return str(number)
