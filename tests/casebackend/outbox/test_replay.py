"""SE-08: what was given up is named and tried again by an operator, and each of it stands in the audit."""

import pytest
from sqlalchemy import select

from casebackend.__main__ import parser
from casebackend.audit.model import AuditEntry
from casebackend.outbox import jobs, rules
from casebackend.outbox.model import OutboxMessage
from casebackend.replay import commands as replay
from tests.casebackend.outbox.test_jobs import effect, emit, names
from tests.world import World


async def given_up(world: World, *topics: str) -> dict[str, str]:
    """Each of these topics tried in vain until it was dead; ids by topic."""
    for topic in topics:
        await emit(world, topic, topic)
    async with world.database.transaction() as session:
        for message in await session.scalars(select(OutboxMessage)):
            message.dead, message.attempts, message.error = True, rules.MAX_ATTEMPTS, "RuntimeError"
    async with world.database.reading() as session:
        return {each.topic: str(each.id) for each in await session.scalars(select(OutboxMessage))}


async def carried_out(world: World) -> int:
    async with world.database.transaction() as session:
        claimed = await jobs.claim(session, now=world.time)
    async with world.database.transaction() as session:
        subscriptions = {"thing.bad": (effect,), "thing.worse": (effect,)}
        return await jobs.carry_out(session, claimed, subscriptions, now=world.time)


async def test_nothing_given_up_is_said_and_is_well(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    await emit(world, "thing.bad", "waiting")
    assert await replay.listed(world.database, None) == 0
    assert await replay.retry(world.database, None, now=world.time) == 0
    assert "没有未能执行的后续处理" in capsys.readouterr().out


@pytest.mark.parametrize("by", ["topic", "id", "all"])
async def test_what_was_given_up_is_named_and_happens_once_it_is_tried_again(
    world: World, capsys: pytest.CaptureFixture[str], by: str
) -> None:
    ids = await given_up(world, "thing.bad", "thing.worse")
    world.wait(days=1)
    assert await carried_out(world) == 0
    assert await replay.listed(world.database, None) == 1
    said = capsys.readouterr().out
    assert all(word in said for word in (*ids, *ids.values(), "RuntimeError", "共 2 条"))
    wanted = {"topic": "thing.bad", "id": ids["thing.bad"], "all": None}[by]
    assert await replay.retry(world.database, wanted, now=world.time) == 0
    count = 2 if by == "all" else 1
    assert await carried_out(world) == count
    assert await names(world) == sorted(ids)[:count]
    assert await replay.listed(world.database, None) == (0 if by == "all" else 1)
    async with world.database.reading() as session:
        rows = await session.scalars(select(AuditEntry).where(AuditEntry.event == "outbox.revived"))
        assert sorted(row.object for row in rows) == sorted(ids[topic] for topic in sorted(ids)[:count])


async def test_it_is_tried_twelve_times_anew(world: World) -> None:
    await given_up(world, "thing.bad")
    await replay.retry(world.database, None, now=world.time)
    async with world.database.reading() as session:
        message = (await session.scalars(select(OutboxMessage))).one()
    assert (message.attempts, message.dead, message.due_at) == (0, False, world.time)


async def test_a_name_that_fits_nothing_is_an_error(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    await given_up(world, "thing.bad")
    assert await replay.retry(world.database, "thing.other", now=world.time) == 1
    assert "没有符合条件的记录" in capsys.readouterr().out


def test_the_command_takes_a_topic_or_an_id() -> None:
    given = parser().parse_args(["outbox", "retry", "case.moved"])
    assert (given.what, given.wanted) == ("retry", "case.moved")
    assert parser().parse_args(["outbox"]).what == "list"
