"""A notice that was 已办 waits again where what had ended it is taken back: nobody would be told of it twice."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.api.cases import MoveCase
from casebackend.cases.filing import SYSTEM
from casebackend.cases.rules import Move
from casebackend.cases.service import move_case
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import SUPERVISION
from casebackend.conversations.rules import Channel
from casebackend.worker import Worker
from tests.casebackend.assignments.test_service import gives
from tests.casebackend.cases.around import holds, user
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, case_of, filed, unit
from tests.casebackend.cases.test_arriving import carried, legal, tells
from tests.casebackend.cases.test_settling import told
from tests.casebackend.notices.test_jobs import poster
from tests.casebackend.notices.test_routes import mine
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.casebackend.supervision.test_routes import does, opened
from tests.casebackend.tellings.builders import clocks
from tests.world import World

OF_CLOCKS = ("clock.near_due", "clock.overdue", "clock.escalated")


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def reminders(world: World) -> set[bool]:
    """Of those of the limit of law: whether they are done."""
    return {done for each in (await told(world, *OF_CLOCKS)).values() for _, done in each}


async def late(world: World, desk: Desk, days: int = 16) -> UUID:
    """Nobody has answered it within the limit of law, and it has just been let through."""
    receipt = await filed(world, channel=Channel.WECHAT)
    await desk.reply_pending(receipt.case_id)
    world.wait(days=days)
    desk.browsers.clear()
    assert False in await reminders(world)
    return receipt.case_id


async def test_an_answer_that_did_not_arrive_leaves_the_reminders_of_the_limit_of_law_to_do(
    world: World, desk: Desk
) -> None:
    case = await late(world, desk)
    waiting = (await mine(desk, "supervisor"))["unread"]
    await desk.sure("agent", case, "reply", **REPLY, overdue_reason="核查较久")
    assert await reminders(world) == {True}
    answered = (await mine(desk, "supervisor"))["unread"]
    assert answered < waiting
    await carried(world, "held", said="系统重复扣收")
    found = await told(world, *OF_CLOCKS, "case.told")
    assert (await legal(world, case)).stopped_at is None
    assert found.pop("case.told") == [("agent", False)]
    assert False in {done for each in found.values() for _, done in each}
    assert (await mine(desk, "supervisor"))["unread"] > answered
    desk.browsers.clear()
    proved = await tells(desk, await case_of(world, case))
    assert proved.status_code == 200, proved.text
    assert await reminders(world) == {True}
    await holds(world)


async def test_what_other_clocks_said_stays_done(world: World, desk: Desk) -> None:
    """The steps that were reached long before are over, whatever becomes of the answer."""
    receipt = await filed(world, channel=Channel.WECHAT)
    world.wait(days=3)
    assert await reminders(world) == {False}
    desk.browsers.clear()
    await desk.replied(receipt.case_id)
    before = await told(world, *OF_CLOCKS)
    assert {done for each in before.values() for _, done in each} == {True}
    await carried(world, "held", said="系统重复扣收")
    assert await told(world, *OF_CLOCKS) == before
    assert (await legal(world, receipt.case_id)).stopped_at is None


async def test_who_was_relieved_of_the_case_before_the_answer_stays_rid_of_it(world: World, desk: Desk) -> None:
    await hired(world, "li", roles=["handler"], organisation_id=UUID(await unit(world, "个人金融部")))
    receipt = await filed(world, channel=Channel.WECHAT)
    await desk.investigating(receipt.case_id)
    world.wait(days=16)
    desk.browsers.clear()
    await desk.browser("li")
    await told(world)
    given = {"user_id": str((await user(world, "li")).id), "reason": "经办休假"}
    assert (await gives(desk, "lead", receipt.case_id, given)).status_code == 200
    world.wait(minutes=5)
    await desk.sure("li", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意上报稽核")
    for move in ("approve_opinion", "approve_reply"):
        await desk.sure("supervisor", receipt.case_id, move, opinion="同意")
    await desk.sure("li", receipt.case_id, "reply", **REPLY, overdue_reason="核查较久")
    await carried(world, "held", said="系统重复扣收")
    found = await told(world, "clock.overdue")
    assert (await legal(world, receipt.case_id)).stopped_at is None
    assert {done for login, done in found["clock.overdue"] if login == "agent"} == {True}


async def test_a_demand_that_was_overdue_when_its_case_was_merged_is_overdue_again_without_the_merge(
    world: World, desk: Desk
) -> None:
    master = await filed(world)
    repeat = await filed(world)
    assert (await opened(desk, repeat.number, login="executive")).status_code == 201
    world.wait(days=4)
    desk.browsers.clear()
    number = f"{repeat.number}的“督办回复”"
    assert number in await shown(world, desk)
    await desk.sure("agent", repeat.case_id, "merge", master_number=master.number, opinion="同一件事")
    assert number not in await shown(world, desk)
    await desk.sure("agent", repeat.case_id, "unmerge", opinion="不是同一件事")
    assert number in await shown(world, desk)
    await holds(world)


async def test_the_mail_that_a_merge_held_back_leaves_without_the_merge_but_not_at_night(
    world: World, desk: Desk
) -> None:
    master = await filed(world)
    repeat = await filed(world)
    assert (await opened(desk, repeat.number, login="executive")).status_code == 201
    world.wait(days=4, hours=13)
    desk.browsers.clear()
    assert f"{repeat.number}的“督办回复”" in await shown(world, desk)
    await desk.sure("agent", repeat.case_id, "merge", master_number=master.number, opinion="同一件事")
    ticking, recorder = await poster(world)
    world.wait(days=1)
    await posted(ticking)
    assert not any("督办回复" in sent.text for sent in recorder.sent)
    desk.browsers.clear()
    await desk.sure("agent", repeat.case_id, "unmerge", opinion="不是同一件事")
    await posted(ticking)
    assert not any("督办回复" in sent.text for sent in recorder.sent)
    world.wait(hours=10)
    await posted(ticking)
    assert any("督办回复" in sent.text for sent in recorder.sent)


async def posted(ticking: Worker) -> None:
    """Twenty at once, as often as there may be some."""
    await ticking.lead()
    for _ in range(5):
        await ticking.post()


async def test_a_case_that_is_reopened_has_what_nobody_answered_to_answer_again(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.replied(receipt.case_id)
    waits, ended = [(await opened(desk, receipt.number)).json() for _ in range(2)]
    await by_system(world, receipt.case_id, Move.PLAN_FOLLOWUP)
    await desk.sure(
        "agent", receipt.case_id, "close", satisfaction="satisfied", opinion="客户满意", closing_info="已办结"
    )
    assert (await does(desk, "supervisor", ended, "close", opinion="不再需要")).status_code == 200
    assert await demands(world) == []
    await by_system(world, receipt.case_id, Move.REOPEN)
    assert await demands(world) == [datetime.fromisoformat(waits["due_at"])]
    await holds(world)


async def by_system(world: World, case_id: UUID, move: Move) -> None:
    async with world.database.transaction() as session:
        command = MoveCase(move=move, opinion="客户表示没有解决")
        await move_case(session, case_id, command, principal=SYSTEM, now=world.time)


async def demands(world: World) -> list[datetime]:
    """When those that still have a clock are due."""
    async with world.database.reading() as session:
        runs = select(Timer.due_at).where(Timer.kind == SUPERVISION, Timer.stopped_at.is_(None))
        return list(await session.scalars(runs))


async def shown(world: World, desk: Desk) -> str:
    """What waits for the leader of the branch."""
    await told(world)
    items = (await (await desk.browser("lead")).get("/api/v1/notices/?open=1")).json()["items"]
    return "\n".join(each["text"] for each in items if each["done_at"] is None)


async def test_the_written_notice_to_a_petitioner_that_was_lost_is_asked_of_the_same_people(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    counter = Counter(world)
    world.wait(days=20)
    desk.browsers.clear()
    changed = await counter.changes("supervisor", receipt.number, "matter", matter_type="petition", reason="来信称信访")
    assert changed.status_code == 200, changed.text
    await told(world)
    kinds = ("clock.overdue", "clock.escalated")
    [running] = await clocks(world, receipt.case_id, "matter.petition_tell")
    assert running.stopped_at is None
    assert False in {done for each in (await told(world, *kinds)).values() for _, done in each}
    await desk.sure("lead", receipt.number, "accept")
    await told(world)
    [stopped] = await clocks(world, receipt.case_id, "matter.petition_tell")
    assert stopped.stop_reason == "done"
    before = sum(not done for each in (await told(world, *kinds)).values() for _, done in each)
    await carried(world, "failed", channel="webchat", said="已经受理")  # type: ignore[arg-type]
    after = sum(not done for each in (await told(world, *kinds)).values() for _, done in each)
    [again] = await clocks(world, receipt.case_id, "matter.petition_tell")
    assert again.stopped_at is None
    assert after > before
    await holds(world)
