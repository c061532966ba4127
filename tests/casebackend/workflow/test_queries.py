from datetime import date
from uuid import UUID, uuid4

import pytest

from casebackend.api.limits import UseProfile
from casebackend.cases.filing import SYSTEM
from casebackend.editions import changed
from casebackend.workflow.model import WorkflowStep
from casebackend.workflow.queries import EDITION, chain_on, deciding_unit, profile_of
from casebackend.workflow.rules import FOUR_STEP, nodes, started_by
from casebackend.workflow.service import UnitUnknown, UnknownProfile, UseKnown, use_profile
from tests.casebackend.cases.builders import unit
from tests.world import World

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(("day", "steps"), [(date(2025, 12, 31), 4), (date(2026, 3, 2), 4), (date(2027, 1, 1), 1)])
async def test_the_chain_is_the_version_of_the_day_and_before_the_first_the_first(
    world: World, day: date, steps: int
) -> None:
    async with world.database.transaction() as session:
        later = {"label": "一步办结", "who": "客服中心", "starts_on": ["accept"], "stops_on": ["reply"]}
        session.add(
            WorkflowStep(
                chain="first", seq=1, code="all", clock="internal.all", effective_from=date(2027, 1, 1), **later
            )
        )
        await session.flush()
        await changed(session, EDITION)
        assert len(nodes(await chain_on(session, FOUR_STEP, "first", day))) == steps


async def test_the_last_step_names_the_unit_that_decides(world: World) -> None:
    async with world.database.reading() as session:
        assert str(await deciding_unit(session, FOUR_STEP, "second", DAY)) == await unit(world, "稽核部")
        two_level = await deciding_unit(session, "two_level", "second", DAY)
        assert str(two_level) == await unit(world, "消费者权益保护部")
        assert await deciding_unit(session, FOUR_STEP, "first", DAY) is None
        assert await deciding_unit(session, FOUR_STEP, "third", DAY) is None


async def test_a_profile_holds_for_a_unit_and_all_under_it_from_its_day_on(world: World) -> None:
    branch, outlet, other = [UUID(await unit(world, name)) for name in ("北京分行", "北京朝阳支行", "济南分行")]
    async with world.database.transaction() as session:

        async def use(unit_id: UUID, profile: str, day: str) -> None:
            command = UseProfile(
                unit_id=unit_id, profile=profile, effective_from=date.fromisoformat(day), source="总行发文（假设）"
            )
            await use_profile(session, command, by=SYSTEM, now=world.time)

        await use(branch, "two_level", "2026-04-01")
        found = [await profile_of(session, each, date(2026, 4, 1)) for each in (branch, outlet, other, None)]
        assert found == ["two_level", "two_level", FOUR_STEP, FOUR_STEP]
        assert await profile_of(session, outlet, date(2026, 3, 31)) == FOUR_STEP
        await use(outlet, FOUR_STEP, "2026-05-01")
        assert await profile_of(session, outlet, date(2026, 5, 1)) == FOUR_STEP
        with pytest.raises(UseKnown):
            await use(outlet, "two_level", "2026-05-01")
        with pytest.raises(UnknownProfile):
            await use(outlet, "three_step", "2026-06-01")
        with pytest.raises(UnitUnknown):
            await use(uuid4(), FOUR_STEP, "2026-06-01")


async def test_what_a_profile_does_not_say_the_four_steps_say(world: World) -> None:
    async with world.database.reading() as session:
        suggestion = await chain_on(session, "two_level", "suggestion", DAY)
        assert started_by(suggestion, "submit") == ["matter.suggestion", "receive.review"]
        two_level = await chain_on(session, "two_level", "first", DAY)
        assert [step.label for step in nodes(two_level)] == [
            "分行分派", "承办机构调查", "分行审核", "总行审定", "承办机构答复",
        ]  # fmt: skip
