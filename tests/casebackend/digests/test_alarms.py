"""What shines on the board is also told, once for each level, range of days or day."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from casebackend.calendar.model import CalendarDay
from casebackend.calendar.queries import EDITION
from casebackend.conversations.model import Conversation
from casebackend.conversations.rules import Channel, Owner
from casebackend.digests import alarms
from casebackend.digests.model import Episode
from casebackend.digests.rules import days_range, level_of
from casebackend.editions import changed
from casebackend.notices.model import Notice
from casebackend.staff.model import User
from tests.casebackend.cases.around import ticked
from tests.casebackend.cases.builders import REPLY, Desk, filed, unit
from tests.casebackend.cases.test_arriving import carried
from tests.world import START, World


async def told(world: World, kind: str) -> list[tuple[str, int]]:
    """Who was told, at which level."""
    async with world.database.reading() as session:
        query = select(User.login, Notice.level).join(Notice, Notice.user_id == User.id).where(Notice.kind == kind)
        return sorted((login, level) for login, level in await session.execute(query))


def test_a_level_comes_with_each_time_over_the_line_up_to_the_highest() -> None:
    line = timedelta(hours=8)
    assert [level_of(timedelta(hours=each), line, 3) for each in (8, 15, 16, 24, 900)] == [1, 1, 2, 3, 3]
    assert level_of(timedelta(days=1), timedelta(), 3) == 1


@given(st.integers(-900, 89), st.integers(1, 60))
def test_a_range_of_days_never_begins_again(left: int, again: int) -> None:
    assert days_range(left - 1, 90, again) >= days_range(left, 90, again) >= 0
    assert days_range(-1, 90, again) == days_range(-900, 90, again)
    assert days_range(89, 90, 30) < days_range(60, 90, 30) < days_range(30, 90, 30)


async def test_a_case_and_a_customer_who_wait_too_long_are_told_once_for_each_level(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    department = await unit(world, "个人金融部")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=department, opinion="核查")
    waiting = (await world.says("我要人工", sender="customer-2")).conversation_id
    async with world.database.transaction() as session:
        talk = await session.get_one(Conversation, waiting)
        talk.owner, talk.queued_at = Owner.QUEUED, world.time
    world.wait(minutes=9)
    await ticked(world)
    assert (await told(world, "talk.queued"), await told(world, "case.waits")) == ([], [])
    for minutes, level in ((2, 1), (10, 2), (30, 3), (300, 3)):
        world.wait(minutes=minutes)
        for _ in range(2):
            await ticked(world)
        assert max(each for _, each in await told(world, "talk.queued")) == level
    heard = await told(world, "talk.queued")
    assert len(heard) == len(set(heard))
    assert ("lead", 1) in heard
    for days, level in ((1, 1), (1, 2), (20, 3)):
        world.wait(days=days)
        for _ in range(2):
            await ticked(world)
        heard = await told(world, "case.waits")
        assert (max(each for _, each in heard), len(heard)) == (level, len(set(heard)))


async def test_who_wants_to_be_called_later_waits_too_long_only_from_then_on(world: World) -> None:
    waiting = (await world.says("我要人工", sender="customer-2")).conversation_id
    later = world.time + timedelta(hours=5)
    async with world.database.transaction() as session:
        talk = await session.get_one(Conversation, waiting)
        talk.owner, talk.queued_at = Owner.QUEUED, world.time
        talk.wanted_from, talk.wanted_until = later, later + timedelta(hours=1)
    world.wait(hours=4)
    await ticked(world)
    assert await told(world, "talk.queued") == []
    board = (await Desk(world).reads("lead", "/board")).json()
    assert {each["code"]: each["value"] for each in board["figures"]}["longest_wait"] == 0
    world.wait(hours=1, minutes=11)
    await ticked(world)
    assert ("lead", 1) in await told(world, "talk.queued")


async def test_whoever_keeps_the_calendar_hears_once_in_each_range_of_days_before_it_ends(world: World) -> None:
    async with world.database.transaction() as session:
        await session.execute(delete(CalendarDay).where(CalendarDay.day > (START + timedelta(days=100)).date()))
        await changed(session, EDITION)
    for wait, times in ((0, 0), (11, 1), (1, 1), (30, 2), (50, 3), (400, 4), (1, 4)):
        world.wait(days=wait)
        for _ in range(2):
            async with world.database.transaction() as session:
                await alarms.calendar(session, now=world.time)
        heard = [login for login, _ in await told(world, "calendar.ends")]
        assert len(heard) == times * len(set(heard))
    assert {"admin", "supervisor"} <= set(heard)


async def test_digests_that_did_not_go_out_are_told_to_who_runs_the_system_once_a_day(world: World) -> None:
    world.wait(hours=24)
    for _ in range(2):
        async with world.database.transaction() as session:
            assert await alarms.digests_missing(session, now=world.time)
    assert await told(world, "digest.missing") == [("admin", 0)]


async def alarmed(world: World) -> list[str]:
    """What was told of the board, each time once."""
    async with world.database.reading() as session:
        found = await session.execute(select(Notice.values, Notice.cause).where(Notice.kind == "board.alarm"))
        return [values["label"] for values, cause in found if "#" not in cause]


async def test_a_figure_over_its_line_is_told_once_until_it_has_been_below_it_again(world: World) -> None:
    for round_ in (1, 2):
        receipt = await filed(world, sender=f"customer-{round_}")
        world.wait(days=21)
        for _ in range(3):
            await ticked(world)
            world.wait(minutes=11)
        assert (await alarmed(world)).count("超期投诉") == round_
        desk = Desk(world)
        await desk.reply_pending(receipt.case_id)
        await desk.sure("agent", receipt.case_id, "reply", **REPLY, overdue_reason="客户长期失联")
        world.wait(minutes=11)
        await ticked(world)
        async with world.database.reading() as session:
            running = await session.scalars(select(Episode.code).where(Episode.ended_at.is_(None)))
            assert "overdue" not in set(running)
    assert "supervisor" in {login for login, _ in await told(world, "board.alarm")}


async def test_messages_that_did_not_arrive_are_told_to_who_runs_the_programs_too(world: World) -> None:
    await filed(world)
    world.wait(minutes=1)
    await ticked(world)
    await carried(world, "failed", channel=Channel.WEBCHAT, said="已登记")
    world.wait(minutes=11)
    await ticked(world)
    assert "今日未送达消息" in await alarmed(world)
    assert {"admin", "supervisor"} <= {login for login, _ in await told(world, "board.alarm")}
