from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from casebackend.calendar import service as calendar
from casebackend.calendar.model import CalendarDay
from casebackend.calendar.queries import EDITION, calendar_around, ends_soon
from casebackend.calendar.rules import at
from casebackend.calendar.service import replace_year
from casebackend.clocks import limits, pausing, service
from casebackend.clocks.limits import LimitMissing
from casebackend.clocks.model import Limit, Timer
from casebackend.clocks.queries import limit_on, timers_of
from casebackend.clocks.rules import StopReason, amount_text, last_day
from casebackend.editions import changed
from casebackend.workflow.queries import chain_on
from casebackend.workflow.rules import FOUR_STEP, nodes, started_by, stopped_by
from tests.world import START, World


async def test_the_limit_of_the_day_of_receipt_counts(world: World) -> None:
    async with world.database.transaction() as session:
        new_rule = Limit(
            code="l1",
            label="法定处理时限（一般）",
            amount=Decimal(10),
            unit="calendar_days",
            effective_from=date(2027, 1, 1),
            source="修订稿（假设）",
            evidence="U",
        )
        await limits.add_limit(session, new_rule)
        before, after = uuid4(), uuid4()
        old = await service.start(session, before, "l1", at=at(date(2026, 12, 31), START.time()))
        new = await service.start(session, after, "l1", at=at(date(2027, 1, 1), START.time()))
        assert (last_day(old.due_at), last_day(new.due_at)) == (date(2027, 1, 15), date(2027, 1, 11))
        same = {"unit": "hours", "source": "试行（假设）", "evidence": "D", "label": "不足一日的环节到期前提醒"}
        sooner = Limit(code="near.short", amount=Decimal(2), effective_from=date(2027, 1, 1), **same)
        await limits.add_limit(session, sooner)
        for day, ahead in ((date(2026, 12, 30), 1), (date(2027, 1, 4), 2)):
            short = await service.start(session, uuid4(), "internal.dispatch", at=at(day, START.time()))
            assert short.due_at - short.near_at == timedelta(hours=ahead)
        early = await limit_on(session, "l1", date(2019, 1, 1))
        assert early is not None
        assert early.amount == 15


async def test_a_clock_without_a_limit_is_refused(world: World) -> None:
    async with world.database.transaction() as session:
        with pytest.raises(LimitMissing):
            await service.start(session, uuid4(), "no.such", at=world.time)


async def test_the_internal_chain_takes_six_working_days(world: World) -> None:
    async with world.database.transaction() as session:
        steps = nodes(await chain_on(session, FOUR_STEP, "first", date(2026, 3, 2)))
        limits = [await limit_on(session, step.clock, date(2026, 3, 2)) for step in steps]
    assert [amount_text(limit.amount) for limit in limits if limit] == ["0.5", "3", "2", "0.5"]
    assert [step.label for step in steps] == ["转办", "调查处理", "稽核审定", "答复客户"]
    assert (started_by(steps, "propose"), stopped_by(steps, "propose")) == ([], [])
    assert (started_by(steps, "sign"), stopped_by(steps, "sign")) == (["internal.decide"], ["internal.investigate"])
    assert (started_by(steps, "edit"), stopped_by(steps, "edit")) == ([], [])


async def test_what_is_left_of_a_paused_step_is_kept_to_the_minute(world: World) -> None:
    case = uuid4()
    async with world.database.transaction() as session:
        await service.start(session, case, "internal.dispatch", at=START)
        await service.stop(session, case, at=START.replace(hour=3), reason=StopReason.SUSPENDED)
        await pausing.resume(session, case, at=START.replace(day=9, hour=1))
        last = (await timers_of(session, case))[-1]
        assert (last.seq, last.due_at) == (2, START.replace(day=9, hour=3, minute=30))
        await pausing.resume(session, case, at=START.replace(day=10))
        assert len(await timers_of(session, case)) == 2


async def test_open_provisional_clocks_are_computed_again_when_the_year_arrives(world: World) -> None:
    day = date(2026, 12, 29)
    async with world.database.transaction() as session:
        timer = await service.start(session, uuid4(), "internal.investigate", at=at(day, START.time()))
        assert (last_day(timer.due_at), timer.provisional) == (date(2027, 1, 1), True)
        assert await service.recompute_provisional(session, now=world.time) == 0
        assert await ends_soon(session, date(2026, 10, 3), 90) == date(2026, 12, 31)
        assert await ends_soon(session, date(2026, 10, 2), 90) is None
        await replace_year(session, 2027, {date(2027, 1, 1): False}, source="国办通知（假设）")
        assert await ends_soon(session, date(2026, 12, 31), 90) is None
        assert await service.recompute_provisional(session, now=world.time) == 1
    async with world.database.transaction() as session:
        timer = (await session.scalars(select(Timer))).one()
        assert (last_day(timer.due_at), timer.provisional) == (date(2027, 1, 4), False)
        assert "尚无数据" not in timer.derivation


async def test_an_edited_day_of_the_calendar_counts_and_a_second_seeding_keeps_it(world: World) -> None:
    async with world.database.transaction() as session:
        day = await session.get_one(CalendarDay, date(2026, 3, 3))
        day.is_workday = False
        await session.flush()
        await changed(session, EDITION)
        await calendar.seed(session, now=world.time)
        await limits.seed(session, now=world.time)
        found = await calendar_around(session, date(2026, 3, 2))
        assert found.is_workday(date(2026, 3, 3)) is False
        timer = await service.start(session, uuid4(), "internal.investigate", at=START)
        assert last_day(timer.due_at) == date(2026, 3, 6)
