import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.service import hold
from casebackend.check import check
from casebackend.clocks import jobs as clocks
from casebackend.clocks.model import Timer
from casebackend.clocks.reminders import Reminding
from casebackend.clocks.service import strikes_of
from casebackend.escalations.strikes import on_strikes
from casebackend.notices.model import Notice
from casebackend.staff.model import User
from casebackend.timeline import service as timeline
from casebackend.timeline.queries import of_case
from casebackend.timeline.rules import Kind
from tests.casebackend.cases.builders import PROPOSAL, Desk, filed, unit
from tests.casebackend.staff.logins import hired
from tests.casebackend.workers import worker
from tests.world import World

LEGAL = "l1"


async def told(world: World, kind: str, *, clock: str | None = None) -> dict[str, list[str]]:
    """Template and login of everybody who was told of this kind, each list in the order of time."""
    async with world.database.transaction() as session:
        rows = await session.execute(
            select(Notice, User.login)
            .outerjoin(User, User.id == Notice.user_id)
            .where(Notice.kind == kind)
            .order_by(Notice.at, User.login)
        )
        found: dict[str, list[str]] = {}
        for notice, login in rows:
            if clock is None or notice.values.get("clock") == clock:
                found.setdefault(notice.template, []).append(login)
        return found


async def legal(world: World, case_id: UUID) -> Timer:
    async with world.database.transaction() as session:
        return (await session.scalars(select(Timer).where(Timer.case_id == case_id, Timer.kind == LEGAL))).one()


async def only_legal(world: World, case_id: UUID) -> Timer:
    """The other clocks are put out of the way, so that one can be looked at."""
    async with world.database.transaction() as session:
        await session.execute(update(Timer).where(Timer.kind != LEGAL).values(next_at=None))
    return await legal(world, case_id)


async def strikes(world: World, timer: Timer) -> list[Any]:
    async with world.database.transaction() as session:
        return list(await strikes_of(session, timer))


async def test_every_level_goes_once_to_the_one_it_is_for(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    timer = await only_legal(world, receipt.case_id)
    ticking = worker(world)
    for strike in await strikes(world, timer):
        world.time = max(world.time, strike.at.astimezone(UTC))
        for _ in range(2):
            await ticking.tick()
            world.wait(seconds=11)
    assert await told(world, "clock.near_due") == {"staff_near_due": ["agent", "agent", "lead"]}
    assert await told(world, "clock.overdue") == {"staff_overdue": ["agent"]}
    assert await told(world, "clock.escalated") == {"staff_escalated": ["supervisor", "executive"]}
    async with world.database.reading() as session:
        assert [each for each in await check(session, now=world.time) if "未触发" not in each] == []


async def test_missed_runs_are_made_up_for_once_with_the_highest_level_for_each(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    timer = await only_legal(world, receipt.case_id)
    world.time = timer.due_at + timedelta(days=10)
    ticking = worker(world)
    for _ in range(3):
        await ticking.tick()
        world.wait(minutes=1)
    assert await told(world, "clock.near_due") == {}
    assert await told(world, "clock.overdue") == {"staff_overdue": ["agent"]}
    assert await told(world, "clock.escalated") == {"staff_escalated": ["executive", "supervisor"]}


async def test_missed_reminders_before_the_end_collapse_into_one_for_each(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    timer = await only_legal(world, receipt.case_id)
    world.time = timer.due_at - timedelta(hours=2)
    await worker(world).tick()
    assert await told(world, "clock.near_due") == {"staff_near_due": ["agent", "lead"]}


async def test_a_clock_that_is_stopped_between_the_strike_and_the_word_bothers_nobody(world: World) -> None:
    """F47: the condition is looked at again in the transaction that speaks."""
    receipt = await filed(world)
    timer = await only_legal(world, receipt.case_id)
    world.time = timer.due_at
    ticking = worker(world)
    await ticking.lead()
    await ticking._repeat(clocks.strike, clocks.BATCH)
    await Desk(world).sure("lead", receipt.case_id, "decline", decline_reason="already_decided", opinion="重复")
    await ticking.tick()
    assert await told(world, "clock.overdue") == {}


async def test_without_a_handler_the_leaders_of_the_unit_in_charge_are_told(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=await unit(world, "北京朝阳支行"))
    timer = await only_legal(world, receipt.case_id)
    world.time = timer.due_at
    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == receipt.case_id).values(assignee_id=None))
    await worker(world).tick()
    assert (await told(world, "clock.overdue"))["staff_overdue"] == ["branch"]


async def test_of_a_case_that_waits_for_a_decision_those_hear_who_may_take_it(world: World) -> None:
    office = UUID(await unit(world, "个人金融部"))
    for login in ("head", "deputy"):
        await hired(world, login, roles=["department_head"], organisation_id=office)
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    conflict = await (await desk.browser("deputy")).post(
        f"/api/v1/cases/{receipt.case_id}/recusals",
        json={"reason": "客户是我的亲属"},
        headers={"Idempotency-Key": "kin"},
    )
    assert conflict.status_code == 201
    timer = await only_legal(world, receipt.case_id)
    world.time = timer.due_at
    await worker(world).tick()
    assert await told(world, "clock.overdue") == {"staff_overdue": ["agent", "head"]}


async def test_once_a_proposal_is_signed_the_auditors_hear_and_the_signer_no_more(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    await desk.proposed(receipt.case_id)
    timer = await only_legal(world, receipt.case_id)
    world.time = timer.due_at
    await worker(world).tick()
    assert await told(world, "clock.overdue") == {"staff_overdue": ["agent", "auditor", "supervisor"]}


async def test_an_escalation_is_acknowledged_and_closes_nothing(world: World) -> None:
    receipt = await filed(world)
    timer = await only_legal(world, receipt.case_id)
    world.time = timer.due_at
    await worker(world).tick()
    desk = Desk(world)
    found = (await desk.reads("supervisor", "/notices/?open=1")).json()["items"]
    notice = next(each for each in found if each["kind"] == "clock.escalated")
    assert (notice["needs_ack"], notice["link"]) == (True, f"/cases/{receipt.number}")
    done = await (await desk.browser("supervisor")).post(
        f"/api/v1/notices/{notice['id']}/acknowledge", headers={"If-Match": f'"{notice["version"]}"'}
    )
    assert done.status_code == 200
    assert (await desk.reads("lead", f"/cases/{receipt.number}")).json()["status"] == "pending_review"


async def test_a_unit_is_told_what_came_to_it_and_again_when_nobody_receives_it(world: World) -> None:
    receipt = await filed(world)
    desk, ticking = Desk(world), worker(world)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure(
        "agent", receipt.case_id, "dispatch", handling_unit_id=await unit(world, "北京分行"), opinion="由分行统一核实"
    )
    await ticking.tick()
    assert "staff_todo" in await told(world, "case.todo")
    world.wait(hours=3, minutes=59)
    await ticking.tick()
    assert await told(world, "case.unread") == {}
    world.wait(minutes=2)
    for _ in range(2):
        await ticking.tick()
    assert "branch" in (await told(world, "case.unread"))["staff_unread"]
    count = len((await told(world, "case.unread"))["staff_unread"])
    world.wait(days=1)
    await ticking.tick()
    assert len((await told(world, "case.unread"))["staff_unread"]) == count


async def test_a_case_that_was_received_in_time_is_not_called_unread(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    ticking = worker(world)
    await ticking.tick()
    world.wait(hours=5)
    await ticking.tick()
    assert await told(world, "case.unread") == {}


async def test_a_clock_set_back_repeats_nothing_and_one_set_forward_tells_once(world: World) -> None:
    """F44."""
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    timer = await only_legal(world, receipt.case_id)
    ticking = worker(world)
    world.time = timer.due_at + timedelta(hours=1)
    await ticking.tick()
    world.time = datetime(2026, 3, 2, 3, tzinfo=UTC)
    for _ in range(2):
        await ticking.lead()
        await ticking.tick()
    world.time = timer.due_at + timedelta(hours=2)
    await ticking.lead()
    await ticking.tick()
    assert await told(world, "clock.overdue") == {"staff_overdue": ["agent"]}
    assert (await legal(world, receipt.case_id)).due_at == timer.due_at


async def test_a_clock_that_strikes_while_somebody_writes_on_the_case_waits_for_its_turn(world: World) -> None:
    receipt = await filed(world)
    timer = await legal(world, receipt.case_id)
    end = next(strike for strike in await strikes(world, timer) if strike.kind is Reminding.OVERDUE)
    payload = {"case_id": str(timer.case_id), "timer_id": str(timer.id), "told": 0, "level": end.level}
    begun = asyncio.Event()

    async def somebody() -> None:
        async with world.database.transaction() as session:
            await hold(session, receipt.case_id)
            await timeline.append(
                session, receipt.case_id, Kind.URGED, actor=SYSTEM.actor, actor_name="系统", now=world.time
            )
            begun.set()
            await asyncio.sleep(0.3)

    async def the_clock() -> None:
        await begun.wait()
        async with world.database.transaction() as session:
            await on_strikes(session, [payload], timer.due_at)

    await asyncio.gather(somebody(), the_clock())
    async with world.database.transaction() as session:
        entries = await of_case(session, receipt.case_id)
    assert [(entry.seq, entry.kind) for entry in entries] == [
        (1, "case.filed"), (2, "case.urged"), (3, "clock.overdue"),
    ]  # fmt: skip


async def test_whoever_has_a_case_hears_that_the_customer_withdrew_it(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    how = {"requested_at": world.time.isoformat(), "identity_check": "已核对预留手机号", "opinion": "客户来电撤诉"}
    await desk.sure("agent", receipt.case_id, "withdraw", **how)
    for _ in range(2):
        await worker(world).tick()
        world.wait(seconds=11)
    assert await told(world, "case.withdrawn") == {"staff_withdrawn": ["agent"]}


async def test_of_a_regulators_case_the_managers_hear_too_and_tell_the_regulator(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    async with world.database.transaction() as session:
        (await hold(session, receipt.case_id)).regulator_number = "GJ-1"
    how = {"requested_at": world.time.isoformat(), "identity_check": "已核对预留手机号", "opinion": "客户来电撤诉"}
    await desk.sure("agent", receipt.case_id, "withdraw", closing_info="客户撤回，终止办理", **how)
    await worker(world).tick()
    [(template, logins)] = (await told(world, "case.withdrawn")).items()
    assert template == "staff_withdrawn_regulator"
    assert "agent" in logins
    assert len(logins) > 1
