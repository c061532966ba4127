"""What a colleague was asked to do is 已办 in his notices once it is done, whoever did it; news waits to be read."""

from datetime import UTC, datetime, time
from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.notices.model import Notice, StaffMessage
from casebackend.staff.model import User
from tests.casebackend.cases.around import changes, posts, tasks_of, ticked
from tests.casebackend.cases.builders import Desk, filed, unit
from tests.casebackend.notices.test_routes import mine
from tests.casebackend.staff.logins import hired
from tests.casebackend.supervision.test_routes import does, opened
from tests.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def told(world: World, *kinds: str) -> dict[str, list[tuple[str, bool]]]:
    """Of each kind who was told, and whether it is done."""
    world.wait(seconds=30)
    for _ in range(2):
        await ticked(world)
        world.wait(seconds=11)
    async with world.database.reading() as session:
        query = select(Notice.kind, User.login, Notice.done_at).join(User, User.id == Notice.user_id)
        found: dict[str, list[tuple[str, bool]]] = {}
        for kind, login, done_at in await session.execute(query.order_by(Notice.at, User.login)):
            if kind in kinds:
                found.setdefault(kind, []).append((login, done_at is not None))
        return found


async def test_what_waited_to_be_reviewed_is_done_for_everybody_once_one_has_reviewed_it(
    world: World, desk: Desk
) -> None:
    branch = UUID(await unit(world, "北京朝阳支行"))
    await hired(world, "lead2", roles=["team_lead", "reviewer"], organisation_id=branch)
    receipt = await filed(world)
    before = (await told(world, "case.step"))["case.step"]
    assert {done for _, done in before} == {False}
    waiting = (await mine(desk, "lead"))["unread"]
    assert waiting >= 1
    await desk.sure("lead", receipt.case_id, "accept")
    assert (await mine(desk, "lead"))["unread"] < waiting
    after = (await told(world, "case.step"))["case.step"]
    assert set(after[: len(before)]) == {(login, True) for login, _ in before}
    browser = await desk.browser("lead")
    assert f"{receipt.number} 待" not in (await browser.get("/notices")).text
    page = (await browser.get("/notices?all=1")).text
    assert "已办" in page
    item = next(each for each in (await mine(desk, "lead"))["items"] if each["kind"] == "case.step")
    assert (item["read_at"], item["done_at"] is not None) == (None, True)


async def test_a_case_that_was_received_and_answered_leaves_nothing_unread_with_who_did_it(
    world: World, desk: Desk
) -> None:
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    target = await unit(world, "个人金融部")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=target, opinion="请核查")
    kinds = ("case.todo", "case.assigned", "case.unread")
    found = await told(world, *kinds)
    assert found
    assert not any(done for each in found.values() for _, done in each)
    await desk.sure("agent", receipt.case_id, "receive")
    assert all(done for each in (await told(world, *kinds)).values() for _, done in each)
    assert (await posts(desk, "lead", f"/cases/{receipt.number}/urges", {"opinion": "客户又来电"})).status_code == 201
    assert ("agent", False) in (await told(world, "case.urged"))["case.urged"]
    await desk.proposed(receipt.case_id)
    assert {done for _, done in (await told(world, "case.urged"))["case.urged"]} == {True}
    asked = (await told(world, "case.decision"))["case.decision"]
    assert asked
    assert not any(done for _, done in asked)
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", opinion="同意")
    asked = (await told(world, "case.decision"))["case.decision"]
    assert (asked[0][1], asked[-1][1]) == (True, False), "the next decision waits"


async def test_a_task_is_done_with_its_answer_and_that_it_was_answered_is_news(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    asked = {"unit_id": await unit(world, "稽核部"), "demand": "请核对流水"}
    made = await posts(desk, "agent", f"/cases/{receipt.number}/tasks", asked)
    assert made.status_code == 201, made.text
    before = (await told(world, "task.asked"))["task.asked"]
    assert {done for _, done in before} == {False}
    task = (await tasks_of(desk, "agent", receipt.number))[0]
    await changes(desk, "auditor", f"/tasks/{task['id']}", "receive")
    assert {done for _, done in (await told(world, "task.asked"))["task.asked"]} == {False}, "received is not answered"
    answered = await changes(desk, "auditor", f"/tasks/{task['id']}", "answer", {"answer": "已核对"})
    assert answered.status_code == 200, answered.text
    found = await told(world, "task.asked", "task.answered")
    assert {done for _, done in found["task.asked"]} == {True}
    assert {done for _, done in found["task.answered"]} == {False}


async def test_a_demand_is_done_with_the_answer_and_the_answer_with_the_word_of_the_supervisor(
    world: World, desk: Desk
) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    item = (await opened(desk, receipt.number, login="executive")).json()
    other = (await opened(desk, receipt.number, login="executive")).json()
    found = (await told(world, "supervision.opened"))["supervision.opened"]
    assert not any(done for _, done in found)
    assert (await does(desk, "agent", item, "replies", text="已查明")).status_code == 201
    found = (await told(world, "supervision.opened"))["supervision.opened"]
    assert sum(done for _, done in found) == len(found) // 2, f"the other demand waits: {other['id']}"
    assert ("executive", False) in (await told(world, "supervision.replied"))["supervision.replied"]
    tag = f'"{item["version"] + 1}"'
    closed = await does(desk, "executive", item, "close", tag, opinion="清楚了")
    assert closed.status_code == 200, closed.text
    assert (await told(world, "supervision.replied"))["supervision.replied"] == [("executive", True)]


async def test_what_was_done_by_night_is_not_mailed_in_the_morning(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await ticked(world)
    world.time = datetime.combine(world.time.date(), time(15, 0), tzinfo=UTC)
    target = await unit(world, "个人金融部")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=target, opinion="请核查")
    await ticked(world)
    assert "pending" in await states(world, "staff_todo")
    await desk.sure("agent", receipt.case_id, "receive")
    world.wait(hours=10)
    await ticked(world)
    assert set(await states(world, "staff_todo")) == {"cancelled"}


async def states(world: World, template: str) -> list[str]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(StaffMessage.state).where(StaffMessage.template == template)))


async def test_read_all_does_not_say_of_what_is_done_that_somebody_read_it(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await told(world)
    await desk.sure("lead", receipt.case_id, "accept")
    assert (await (await desk.browser("lead")).post("/notices/read")).status_code == 303
    done = [each for each in (await mine(desk, "lead"))["items"] if each["done_at"]]
    assert done
    assert {each["read_at"] for each in done} == {None}
