import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from casebackend import failpoints, leader
from casebackend.check import check
from casebackend.clocks import service as clocks
from casebackend.clocks.model import Timer
from casebackend.heartbeats.model import Heartbeat
from casebackend.leader import Deposed, LeaderLease
from casebackend.leading import LEASE
from casebackend.notices.model import Notice
from casebackend.outbox.model import OutboxMessage
from casebackend.subscriptions import subscriptions
from casebackend.timeline.queries import of_case
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.cases.test_own import says
from tests.casebackend.workers import worker
from tests.world import World


async def told(world: World, topic: str, clock: str = "l1") -> int:
    """How many messages the strikes of this clock have left."""
    async with world.database.reading() as session:
        timers = {str(timer) for timer in await session.scalars(select(Timer.id).where(Timer.kind == clock))}
        payloads = await session.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic == topic))
        return sum(payload["timer_id"] in timers for payload in payloads)


async def kinds(world: World, case_id: UUID) -> list[str]:
    async with world.database.transaction() as session:
        return [entry.kind for entry in await of_case(session, case_id)]


async def test_a_clock_is_marked_near_and_overdue_once(world: World) -> None:
    receipt = await filed(world)
    ticking = worker(world)
    await ticking.tick()
    assert await told(world, "clock.near_due") == 0
    world.wait(days=14)
    for _ in range(3):
        await ticking.tick()
    assert (await told(world, "clock.near_due"), await told(world, "clock.overdue")) == (1, 0)
    world.wait(days=2)
    for _ in range(3):
        await ticking.tick()
    assert (await told(world, "clock.near_due"), await told(world, "clock.overdue")) == (1, 1)
    async with world.database.transaction() as session:
        trail = await of_case(session, receipt.case_id)
    assert [entry.kind for entry in trail if entry.detail.get("clock") == "l1"] == ["clock.near_due", "clock.overdue"]
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_a_stopped_clock_never_strikes(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).sure("lead", receipt.case_id, "decline", decline_reason="already_decided", opinion="重复")
    world.wait(days=30)
    await worker(world).tick()
    assert await told(world, "clock.overdue") == 0


async def test_after_a_long_pause_everything_is_made_up_for_without_stale_reminders(world: World) -> None:
    await filed(world)
    world.wait(days=40)
    await worker(world).tick()
    assert (await told(world, "clock.near_due"), await told(world, "clock.overdue")) == (0, 1)


async def test_two_workers_fire_each_clock_once(world: World) -> None:
    async with world.database.transaction() as session:
        for _ in range(120):
            await clocks.start(session, uuid4(), "l1", at=world.time)
    world.wait(days=20)
    workers = [worker(world, name) for name in ("one", "two", "three", "four")]
    await asyncio.gather(*(each.guarded(each.tick) for each in workers for _ in range(2)))
    for each in workers:
        await each.guarded(each.tick)
    assert await told(world, "clock.overdue") == 120
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).where(Timer.fired_at.is_(None))) == 0
    assert sum(each.epoch is not None for each in workers) == 1


async def test_only_one_leads_until_its_lease_runs_out(world: World) -> None:
    first, second = worker(world, "first"), worker(world, "second")
    assert (await first.lead(), await second.lead()) == (True, False)
    world.wait(seconds=14)
    assert (await first.lead(), await second.lead()) == (True, False)
    world.wait(seconds=16)
    assert await second.lead()
    assert await first.lead() is False


async def test_a_leader_that_slept_too_long_changes_nothing_any_more(world: World) -> None:
    await filed(world)
    sleeper, successor = worker(world, "sleeper"), worker(world, "successor")
    assert await sleeper.lead()
    world.wait(days=20)
    assert await successor.lead()
    with pytest.raises(Deposed):
        await sleeper._drain()
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).where(OutboxMessage.done_at.is_not(None))) == 0


async def test_whoever_ends_in_order_leaves_the_lead_at_once(world: World) -> None:
    first, second = worker(world, "first"), worker(world, "second")
    assert await first.lead()
    await first.resign()
    assert await second.lead()
    async with world.database.transaction() as session:
        assert (await session.get_one(LeaderLease, LEASE)).epoch == 2
        await leader.resign(session, LEASE, 1, now=world.time)
    assert await first.lead() is False


@pytest.mark.usefixtures("known_senders")
async def test_the_handler_is_told_of_an_urge(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    await says(world, "urge", "催一下")
    await worker(world).tick()
    await worker(world).tick()
    async with world.database.transaction() as session:
        notice = (await session.scalars(select(Notice).where(Notice.kind == "case.urged"))).one()
        assert (notice.kind, notice.case_id) == ("case.urged", receipt.case_id)
        assert notice.user_id is not None


async def test_a_fault_while_firing_loses_nothing(world: World) -> None:
    await filed(world)
    world.wait(days=20)
    ticking = worker(world)
    for name in ("timer.claimed", "outbox.claimed"):
        failpoints.arm(name, "raise@1")
        try:
            await ticking.guarded(ticking.tick)
        finally:
            failpoints.disarm()
        assert ticking.trouble == "InjectedFault"
    await ticking.guarded(ticking.tick)
    assert ticking.trouble is None
    assert await told(world, "clock.overdue") == 1
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_closed_cases_are_archived_when_every_review_is_out_of_time(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).sure("lead", receipt.case_id, "decline", decline_reason="already_decided", opinion="重复")
    ticking = worker(world)
    world.wait(days=59)
    await ticking.lead()
    await ticking.hourly()
    assert "case.moved" in await kinds(world, receipt.case_id)
    world.wait(days=2)
    await ticking.lead()
    await ticking.hourly()
    async with world.database.transaction() as session:
        last = (await of_case(session, receipt.case_id))[-1]
        assert (last.move, last.to_status) == ("archive", "archived")
        assert await check(session, now=world.time) == []


async def test_the_heartbeat_says_what_is_wrong(world: World) -> None:
    ticking = worker(world)

    async def broken() -> None:
        raise RuntimeError

    await ticking.guarded(broken)
    await ticking.heartbeat()
    async with world.database.transaction() as session:
        beat = (await session.scalars(select(Heartbeat).where(Heartbeat.program == "worker"))).one()
        assert (beat.ready, beat.why) == (False, "RuntimeError")
    ticking.trouble_of.clear()
    await ticking.guarded(ticking.tick)
    await ticking.heartbeat()
    async with world.database.transaction() as session:
        beat = (await session.scalars(select(Heartbeat).where(Heartbeat.program == "worker"))).one()
        assert (beat.ready, beat.why) == (True, None)


async def test_a_good_tick_does_not_cover_up_a_failed_hour(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ticking = worker(world)

    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("casebackend.chores.recompute_provisional", fails)
        await ticking.guarded(ticking.hourly)
    await ticking.guarded(ticking.tick)
    assert ticking.trouble == "RuntimeError"
    await ticking.guarded(ticking.hourly)
    assert ticking.trouble is None


async def test_the_first_heartbeat_comes_after_the_first_tick(world: World) -> None:
    ticking = worker(world)
    await ticking.heartbeat()
    beats = select(Heartbeat.ready).where(Heartbeat.program == "worker")
    async with world.database.reading() as session:
        assert (await session.scalars(beats)).all() == []
    await ticking.begin()
    async with world.database.reading() as session:
        assert (await session.scalars(beats)).all() == [True]


async def test_the_first_hour_does_not_wait_for_a_tick(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).sure("lead", receipt.case_id, "decline", decline_reason="already_decided", opinion="重复")
    world.wait(days=61)
    await worker(world).hourly()
    async with world.database.transaction() as session:
        assert (await of_case(session, receipt.case_id))[-1].move == "archive"


def test_every_topic_with_a_consequence_has_its_row() -> None:
    assert set(subscriptions(timedelta(days=1))) >= {
        "case.filed", "case.moved", "case.unread", "case.urged", "case.replied", "clock.near_due", "clock.overdue",
        "clock.escalated", "supervision.opened", "supervision.unread", "supervision.replied",
    }  # fmt: skip


async def test_check_sees_a_due_time_that_passed_unnoticed(world: World) -> None:
    await filed(world)
    world.wait(days=20)
    ticking = worker(world)
    await ticking.tick()
    async with world.database.transaction() as session:
        await session.execute(update(Timer).where(Timer.kind == "l1").values(fired_at=None))
        found = await check(session, now=world.time)
    assert "1 个到期时钟未触发" in found
