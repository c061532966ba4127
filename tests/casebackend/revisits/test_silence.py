"""Who says nothing in the survey: the case is closed, or he is called."""

from uuid import UUID

from sqlalchemy import func, select, update

from casebackend.editions import changed
from casebackend.notices import thresholds
from casebackend.notices.model import Notice, Threshold
from casebackend.revisits.model import Revisit
from tests.casebackend.cases.builders import Desk, case_of
from tests.casebackend.revisits.test_service import holds, revisit_of, says, surveyed
from tests.casebackend.workers import worker
from tests.world import World


async def never_called(world: World) -> None:
    """A bank that does not call whoever is silent in the chat."""
    async with world.database.transaction() as session:
        await session.execute(update(Threshold).where(Threshold.code == "survey.call_after_hours").values(value="0"))
        await changed(session, thresholds.EDITION)


async def test_where_nobody_is_called_silence_closes_the_case_after_three_days(world: World) -> None:
    await never_called(world)
    case_id = await surveyed(world)
    world.wait(hours=71)
    await worker(world).tick()
    assert (await case_of(world, case_id)).status == "follow_up"
    world.wait(hours=2)
    await worker(world).tick()
    case, revisit = await case_of(world, case_id), await revisit_of(world, case_id)
    assert (case.status, case.satisfaction, revisit.state) == ("closed", "no_answer", "no_answer")
    await holds(world)


async def calls_asked(world: World, case_id: UUID) -> int:
    async with world.database.reading() as session:
        mine = select(func.count()).where(Notice.case_id == case_id, Notice.kind == "revisit.call")
        return int(await session.scalar(mine) or 0)


async def test_who_is_silent_in_the_chat_is_called_after_the_waiting_period_and_not_asked_twice(world: World) -> None:
    case_id = await surveyed(world)
    world.wait(hours=71)
    await worker(world).tick()
    assert ((await revisit_of(world, case_id)).state, await calls_asked(world, case_id)) == ("sent", 0)
    world.wait(hours=2)
    for _ in range(3):
        await worker(world).tick()
    revisit = await revisit_of(world, case_id)
    assert (revisit.state, (await case_of(world, case_id)).status) == ("by_person", "follow_up")
    assert await calls_asked(world, case_id) == 1
    desk = Desk(world)
    shown = (await desk.reads("agent", f"/cases/{case_id}/surveys")).json()
    assert (shown["may_record"], shown["rounds"][0]["attempts"]) == (True, 0)
    browser = await desk.browser("agent")
    headers = {"Idempotency-Key": "called-once"}
    body = {"outcome": "answered", "solved": True, "score": 5}
    said = await browser.post(f"/api/v1/cases/{case_id}/surveys", json=body, headers=headers)
    assert said.status_code in (200, 201), said.text
    case = await case_of(world, case_id)
    assert (case.status, case.satisfaction) == ("closed", "satisfied")
    assert await revisits_of(world, case_id) == 1
    await holds(world)


async def revisits_of(world: World, case_id: UUID) -> int:
    async with world.database.reading() as session:
        return int(await session.scalar(select(func.count()).where(Revisit.case_id == case_id)) or 0)


async def test_who_answers_in_the_chat_after_all_need_not_be_called(world: World) -> None:
    case_id = await surveyed(world)
    world.wait(hours=73)
    await worker(world).tick()
    assert (await revisit_of(world, case_id)).state == "by_person"
    assert (await says(world, "已解决"))["next"] == "score"
    assert (await says(world, "5分"))["next"] == "words"
    assert (await says(world, "没有"))["next"] == "done"
    case, revisit = await case_of(world, case_id), await revisit_of(world, case_id)
    assert (case.status, case.satisfaction, revisit.state) == ("closed", "satisfied", "done")
    asked = await calls_asked(world, case_id)
    world.wait(days=3)
    await worker(world).tick()
    assert await calls_asked(world, case_id) == asked
    await holds(world)
