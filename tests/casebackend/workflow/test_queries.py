from datetime import date

import pytest

from casebackend.workflow.model import WorkflowStep
from casebackend.workflow.queries import chain_on, deciding_unit
from tests.casebackend.cases.builders import unit
from tests.world import World


@pytest.mark.parametrize(("day", "steps"), [(date(2025, 12, 31), 4), (date(2026, 3, 2), 4), (date(2027, 1, 1), 1)])
async def test_the_chain_is_the_version_of_the_day_and_before_the_first_the_first(
    world: World, day: date, steps: int
) -> None:
    async with world.database.transaction() as session:
        later = {"label": "一步办结", "who": "客服中心", "starts_on": ["accept"], "stops_on": ["reply"]}
        session.add(WorkflowStep(chain="first", seq=1, code="all", effective_from=date(2027, 1, 1), **later))
        await session.flush()
        assert len(await chain_on(session, "first", day)) == steps


async def test_the_last_step_names_the_unit_that_decides(world: World) -> None:
    async with world.database.reading() as session:
        assert str(await deciding_unit(session, "second", date(2026, 3, 2))) == await unit(world, "稽核部")
        assert await deciding_unit(session, "first", date(2026, 3, 2)) is None
        assert await deciding_unit(session, "third", date(2026, 3, 2)) is None
