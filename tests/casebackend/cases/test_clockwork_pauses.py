"""What a pause, a merge or another matter may not take away or add."""

from datetime import date, timedelta

from casebackend.cases import clockwork, rescheduling
from casebackend.cases.rules import Move, Status
from casebackend.clocks import rules, service
from casebackend.clocks.queries import timers_of
from casebackend.clocks.rules import Due, StopReason, Term, Unit
from tests.casebackend.cases.test_clockwork import Rig
from tests.world import World

S, M = Status, Move


async def supervised(rig: Rig) -> None:
    due_at = rig.now + timedelta(hours=30)
    due = Due(due_at - timedelta(hours=3), due_at, "督办", provisional=False)
    term = Term("督办回复", 1, Unit.CALENDAR_DAYS)  # type: ignore[arg-type]
    await service.start(rig.session, rig.case.id, rules.SUPERVISION, at=rig.now, term=term, due=due)


async def investigating(rig: Rig) -> None:
    await rig.goes(S.PENDING_REVIEW, M.ACCEPT)
    await rig.goes(S.ACCEPTED, M.DISPATCH)
    await rig.goes(S.DISPATCHED, M.RECEIVE)


async def test_a_pause_ends_with_the_move_that_ends_the_suspension(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session)
        await investigating(rig)
        await rig.goes(S.INVESTIGATING, M.SUSPEND, days=1)
        await rig.goes(S.SUSPENDED, M.MERGE, days=2)
        assert await rig.running() == {}
        assert not any(
            t.stop_reason == StopReason.SUSPENDED
            for t in service.newest(await timers_of(session, rig.case.id)).values()
        )
        await rig.goes(S.MERGED, M.UNMERGE, days=10)
        assert (await rig.running())["l1"].derivation.startswith("收到 3月2日 + 15日 + 暂停 2日 = 3月19日")


async def test_a_suspended_case_that_is_corrected_keeps_its_first_contact(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session, designated_on=date(2026, 3, 20))
        await rescheduling.designated(session, rig.case, rig.now)
        await investigating(rig)
        await rig.goes(S.INVESTIGATING, M.SUSPEND, hours=4)
        await rig.goes(S.SUSPENDED, M.EDIT, days=2)
        running = await rig.running()
        assert set(running) == {"l1", "contact.first", "designated"}
        assert running["contact.first"].due_at == rig.now + timedelta(hours=20)


async def test_a_merge_that_is_taken_back_gives_no_time_for_the_first_contact_or_the_regulator(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session, regulator_due_on=date(2026, 3, 9))
        before = await rig.running()
        await investigating(rig)
        await rig.goes(S.INVESTIGATING, M.MERGE, hours=4)
        await rig.goes(S.MERGED, M.UNMERGE, hours=5)
        running = await rig.running()
        for kind in ("contact.first", "regulator", "l1"):
            assert running[kind].due_at == before[kind].due_at, kind


async def test_another_matter_leaves_the_clock_of_a_demand_from_above_alone(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session)
        await investigating(rig)
        await supervised(rig)
        rig.case.matter_type = "petition"
        await rescheduling.rematter(session, rig.case, (M.SUBMIT, M.ACCEPT, M.DISPATCH, M.RECEIVE), now=rig.now)
        await session.flush()
        assert "supervision" in await rig.running()


async def test_a_complaint_that_was_something_else_for_a_while_keeps_its_approved_extension(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session)
        await rig.goes(S.PENDING_REVIEW, M.ACCEPT, days=1)
        await rescheduling.extend(session, rig.case, "l2", now=rig.now)
        await session.flush()
        for matter in ("objection", "complaint"):
            rig.now += timedelta(days=1)
            rig.case.matter_type = matter
            timers = await rescheduling.rematter(session, rig.case, (M.SUBMIT, M.ACCEPT), now=rig.now)
            await session.flush()
        assert clockwork.promise(timers) == date(2026, 4, 1)
        longer = (await rig.running())["l2"]
        assert longer.derivation.startswith("收到 3月2日 + 30日 = 4月1日（经批准延长）")
        assert "l1" not in await rig.running()


async def test_a_case_that_became_another_matter_while_it_was_corrected_runs_no_limit_of_the_former_one(
    world: World,
) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session)
        await investigating(rig)
        for matter, limits in (("praise", set()), ("suggestion", {"matter.suggestion"}), ("complaint", {"l1"})):
            status = S.INVESTIGATING if matter == "praise" else S.PENDING_REVIEW
            await rig.goes(status, M.EDIT, days=1)
            rig.case.matter_type = matter
            await rescheduling.rematter(session, rig.case, (), now=rig.now)
            await session.flush()
            await rig.goes(S.DRAFT, M.SUBMIT, hours=1)
            assert {kind for kind in await rig.running() if rules.is_promise(kind)} == limits, matter
        assert (await rig.running())["l1"].derivation.startswith("收到 3月2日 + 15日")


async def test_a_graver_case_has_less_left_when_it_is_taken_up_again(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session)
        await rig.goes(S.PENDING_REVIEW, M.ACCEPT)
        await rig.goes(S.ACCEPTED, M.DISPATCH)
        await rig.goes(S.INVESTIGATING, M.SUSPEND, hours=1)
        rig.case.severity = "紧急投诉"
        assert await rescheduling.recompute_for_severity(session, rig.case, rig.now) >= 2
        assert all(timer.next_at is None for timer in await timers_of(session, rig.case.id))
        await rig.goes(S.SUSPENDED, M.RESUME, days=1)
        running = await rig.running()
        assert running["contact.first"].due_at == rig.now + timedelta(hours=1), "2 hours, of which 1 has passed"
        assert running["internal.investigate"].amount == 720, "until the close of the next working day"


async def test_a_demand_from_above_ends_with_the_case(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session)
        await investigating(rig)
        await supervised(rig)
        await rig.goes(S.INVESTIGATING, M.MERGE, hours=1)
        assert await rig.running() == {}
        assert all(timer.next_at is None for timer in await timers_of(session, rig.case.id))
