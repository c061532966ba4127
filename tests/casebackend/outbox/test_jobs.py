from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.heartbeats.model import Heartbeat
from casebackend.outbox import jobs, queries, rules, service
from casebackend.outbox.model import OutboxMessage
from tests.world import World


async def effect(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    session.add(Heartbeat(program="worker", instance=payload["name"], ready=True, at=now))
    await session.flush()


async def poison(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    await effect(session, payload, now)
    raise RuntimeError


SUBSCRIPTIONS = {"thing.done": (effect,), "thing.bad": (poison,)}


async def drain(world: World) -> int:
    async with world.database.transaction() as session:
        claimed = await jobs.claim(session, now=world.time)
    async with world.database.transaction() as session:
        return await jobs.carry_out(session, claimed, SUBSCRIPTIONS, now=world.time)


async def emit(world: World, topic: str, name: str) -> None:
    async with world.database.transaction() as session:
        service.emit(session, topic, {"name": name}, now=world.time)


async def names(world: World) -> list[str]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(Heartbeat.instance).order_by(Heartbeat.instance)))


async def test_an_effect_happens_once(world: World) -> None:
    await emit(world, "thing.done", "a")
    assert await drain(world) == 1
    assert await drain(world) == 0
    world.wait(days=1)
    assert await drain(world) == 0
    assert await names(world) == ["a"]


async def test_a_poisoned_message_leaves_nothing_and_blocks_nobody(world: World) -> None:
    for topic, name in (("thing.done", "a"), ("thing.bad", "b"), ("thing.done", "c")):
        await emit(world, topic, name)
    assert await drain(world) == 2
    assert await names(world) == ["a", "c"]


async def test_it_is_tried_at_growing_intervals_and_then_parked(world: World) -> None:
    await emit(world, "thing.bad", "b")
    for attempt in range(1, rules.MAX_ATTEMPTS + 1):
        await drain(world)
        async with world.database.transaction() as session:
            message = (await session.scalars(select(OutboxMessage))).one()
            assert (message.attempts, message.dead, message.error) == (attempt, attempt == 12, "RuntimeError")
        world.wait(seconds=299)
        if attempt > 9:
            world.wait(seconds=2)
    async with world.database.transaction() as session:
        assert not await queries.anything_waiting(session, now=world.time + timedelta(days=1))


async def test_what_was_claimed_by_somebody_who_died_comes_up_again(world: World) -> None:
    await emit(world, "thing.done", "a")
    async with world.database.transaction() as session:
        first = await jobs.claim(session, now=world.time)
    assert await drain(world) == 0
    world.wait(seconds=2)
    assert await drain(world) == 1
    async with world.database.transaction() as session:
        assert await jobs.carry_out(session, first, SUBSCRIPTIONS, now=world.time) == 0
    assert await names(world) == ["a"]


async def test_a_message_of_the_future_waits(world: World) -> None:
    async with world.database.transaction() as session:
        later = world.time + timedelta(hours=1)
        service.emit(session, "thing.done", {"name": "a"}, now=world.time, due_at=later)
    assert await drain(world) == 0
    world.wait(hours=1)
    assert await drain(world) == 1


async def test_a_topic_that_nobody_waits_for_is_done(world: World) -> None:
    await emit(world, "thing.unknown", "a")
    assert await drain(world) == 1


def test_the_waiting_grows_to_five_minutes() -> None:
    waits = [rules.wait_after(attempt).total_seconds() for attempt in range(1, 12)]
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == waits[-1] == 300


async def test_whoever_was_too_slow_leaves_it_to_the_next_claim(world: World) -> None:
    await emit(world, "thing.done", "a")
    async with world.database.transaction() as session:
        slow = await jobs.claim(session, now=world.time)
    world.wait(seconds=2)
    async with world.database.transaction() as session:
        quick = await jobs.claim(session, now=world.time)
        assert await jobs.carry_out(session, slow, SUBSCRIPTIONS, now=world.time) == 0
        assert await jobs.carry_out(session, quick, SUBSCRIPTIONS, now=world.time) == 1
    assert await names(world) == ["a"]
