"""Messages whose effects are carried out together: as much and as little as one by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.heartbeats.model import Heartbeat
from casebackend.outbox import jobs, rules, service
from casebackend.outbox.jobs import Together
from casebackend.outbox.model import OutboxMessage
from tests.world import World


class Recording:
    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    async def act(self, session: AsyncSession, payloads: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """An effect of each, before it may turn out that one of them is bad."""
        names = [payload["name"] for payload in payloads]
        self.batches.append(names)
        session.add_all([Heartbeat(program="worker", instance=name, ready=True, at=now) for name in names])
        await session.flush()
        if any(name.startswith("bad") for name in names):
            raise RuntimeError

    async def alone(self, session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
        await self.act(session, [payload], now)

    @property
    def subscriptions(self) -> jobs.Subscriptions:
        together = Together(self.act)
        return {"clock.near": (together,), "clock.end": (together,), "case.moved": (self.alone,)}


async def emit(world: World, *messages: tuple[str, str]) -> None:
    async with world.database.transaction() as session:
        for place, (topic, name) in enumerate(messages):
            due = world.time - timedelta(minutes=1) + timedelta(milliseconds=place)
            service.emit(session, topic, {"name": name}, now=world.time, due_at=due)


async def drain(world: World, recording: Recording) -> int:
    async with world.database.transaction() as session:
        claimed = await jobs.claim(session, now=world.time, subscriptions=recording.subscriptions)
    async with world.database.transaction() as session:
        return await jobs.carry_out(session, claimed, recording.subscriptions, now=world.time)


async def effects(world: World) -> list[str]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(Heartbeat.instance).order_by(Heartbeat.instance)))


async def test_neighbours_go_together_and_the_order_of_the_others_stays(world: World) -> None:
    recording = Recording()
    topics = ("clock.near", "clock.end", "case.moved", "clock.end", "case.moved", "case.moved", "clock.near")
    await emit(world, *((topic, str(number)) for number, topic in enumerate(topics)))
    assert await drain(world, recording) == 7
    assert recording.batches == [["0", "1"], ["2"], ["3"], ["4"], ["5"], ["6"]]
    assert await drain(world, recording) == 0
    assert await effects(world) == [str(number) for number in range(7)]


async def test_a_bad_one_among_them_leaves_nothing_and_costs_the_others_nothing(world: World) -> None:
    recording = Recording()
    await emit(world, *(("clock.end", name) for name in ("a", "bad", "c")))
    assert await drain(world, recording) == 2
    assert await effects(world) == ["a", "c"]
    for _ in range(rules.MAX_ATTEMPTS):
        world.wait(minutes=6)
        await drain(world, recording)
    async with world.database.reading() as session:
        bad = (await session.scalars(select(OutboxMessage).where(OutboxMessage.done_at.is_(None)))).one()
        assert (bad.dead, bad.attempts, bad.error) == (True, rules.MAX_ATTEMPTS, "RuntimeError")
    assert await effects(world) == ["a", "c"]


async def test_a_batch_holds_few_that_go_alone_and_many_that_go_together(world: World) -> None:
    """The web process waits for a case no longer than for a small batch."""
    recording = Recording()
    many = [("clock.end", f"t{number:03}") for number in range(jobs.BATCH)]
    alone = [("case.moved", f"a{number:03}") for number in range(jobs.BATCH + 1)]
    await emit(world, *many, *alone, ("clock.end", "last"))
    assert await drain(world, recording) == 2 * jobs.BATCH
    assert await drain(world, recording) == 2
    await emit(world, *(("clock.end", f"u{number:03}") for number in range(jobs.MOST + 1)))
    assert await drain(world, recording) == jobs.MOST


class Killed(BaseException):
    """What a service has no right to catch."""


async def dies_after(world: World, claimed: Sequence[tuple[UUID, int]], recording: Recording) -> None:
    async with world.database.transaction() as session:
        assert await jobs.carry_out(session, claimed, recording.subscriptions, now=world.time) == 2
        raise Killed


async def test_who_dies_between_the_effects_and_the_mark_leaves_neither(world: World) -> None:
    recording = Recording()
    await emit(world, ("clock.end", "a"), ("clock.end", "b"))
    async with world.database.transaction() as session:
        claimed = await jobs.claim(session, now=world.time, subscriptions=recording.subscriptions)
    with pytest.raises(Killed):
        await dies_after(world, claimed, recording)
    assert await effects(world) == []
    world.wait(seconds=2)
    assert await drain(world, recording) == 2
    assert await effects(world) == ["a", "b"]


async def test_what_nobody_finished_comes_up_again_in_ever_smaller_batches_and_the_last_alone(world: World) -> None:
    """A message that ends its worker takes fewer and fewer others with it."""
    recording = Recording()
    await emit(world, *(("clock.end", f"t{number:03}") for number in range(jobs.MOST)))
    sizes = []
    for _ in range(9):
        async with world.database.transaction() as session:
            claimed = await jobs.claim(session, now=world.time, subscriptions=recording.subscriptions)
        sizes.append(len(claimed))
        world.wait(minutes=6)
    assert sizes[:3] == [200, 100, 100]
    assert sizes == sorted(sizes, reverse=True)
    while await drain(world, recording):
        world.wait(minutes=6)
    assert len(await effects(world)) == jobs.MOST
