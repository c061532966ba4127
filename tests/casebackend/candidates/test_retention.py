"""When the time of a case is over, what it taught stays, and nothing leads back to it."""

import pytest

from casebackend.candidates.rules import State
from casebackend.candidates.service import forget
from tests.casebackend.candidates.builders import candidate_of, candidates, ended
from tests.casebackend.cases.around import changes, ticked
from tests.casebackend.cases.builders import Desk
from tests.casebackend.families.builders import closed
from tests.casebackend.retention.test_service import archived, decided, redacted
from tests.world import World


@pytest.mark.timeout(240)
async def test_after_its_time_a_candidate_keeps_its_lesson_and_loses_its_case(world: World) -> None:
    case_id, number = await closed(world)
    await ticked(world)
    before = await candidate_of(world, case_id)
    assert before is not None
    await archived(world)
    world.wait(days=6 * 365)
    await decided(world)
    assert await redacted(world) == {number}
    [left] = await candidates(world)
    assert (left.case_id, left.unit_id, left.month) == (None, None, None)
    assert (left.facts, left.result, left.days) == (before.facts, before.result, before.days)
    assert "places" not in left.report
    [seen] = (await Desk(world).reads("supervisor", "/precedents?q=柜台多扣了信用卡年费")).json()["precedents"]
    assert (seen["number"], seen["unit"]) == (None, None)
    opened = (await Desk(world).reads("supervisor", f"/candidates/{left.id}")).json()
    assert opened["before"] is None


async def test_what_nobody_wanted_loses_its_words_and_keeps_the_reason(world: World) -> None:
    case_id, _ = await ended(world, facts="柜台多扣了信用卡年费200元", demand="退回年费")
    [row] = await candidates(world)
    refusal = {"refusal": "unclear", "reason": "结论不清"}
    assert (await changes(Desk(world), "curator", f"/candidates/{row.id}", "rejection", refusal)).status_code == 200
    async with world.database.transaction() as session:
        await forget(session, [case_id], world.time)
    [left] = await candidates(world)
    assert (left.state, left.facts, left.demand, left.result) == (State.REJECTED, "", "", "")
    assert left.reason == "结论不清"
