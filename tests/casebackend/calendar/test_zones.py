"""Reliability F46: where the machine believes to be changes neither a due time nor a day, a number or a report."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall
from decimal import Decimal

import pytest

from casebackend.access.principal import Principal
from casebackend.calendar import rules as calendar
from casebackend.calendar.rules import Calendar
from casebackend.calendar.service import published
from casebackend.cases.filing import SYSTEM
from casebackend.clocks import reminders, rules
from casebackend.clocks.reminders import Anchor, Reminding, Rule
from casebackend.clocks.rules import Term, Unit
from casebackend.console import rendering
from casebackend.digests import jobs as digests
from casebackend.drafts import dates
from casebackend.exports.rules import day_of
from casebackend.notices.rules import Quiet, not_before
from casebackend.registration import ledger
from casebackend.reports import queries as reports
from tests.casebackend.cases.builders import case_of, filed
from tests.casebackend.cases.copies import copied
from tests.world import World

OFFICIAL = Calendar({row["day"]: row["is_workday"] for row in published(2025, 2026)})
# Half an hour before and after a month ends in China; in Los Angeles both are the afternoon's beginning, in UTC too.
BEFORE, AFTER = datetime(2026, 2, 28, 15, 30, tzinfo=UTC), datetime(2026, 2, 28, 16, 30, tzinfo=UTC)
ZONES = {"UTC": 0, "Asia/Shanghai": 8, "America/Los_Angeles": -8}
zones = pytest.mark.parametrize("zone", ZONES)


@contextmanager
def machine_in(zone: str) -> Iterator[None]:
    """Everything that asks the machine for its zone gets this one: Python's own, and SQLite's through libc."""
    former = os.environ.get("TZ")
    try:
        os.environ["TZ"] = zone
        time.tzset()
        assert datetime(2026, 1, 15, tzinfo=UTC).astimezone().utcoffset() == timedelta(hours=ZONES[zone])
        yield
    finally:
        os.environ.pop("TZ") if former is None else os.environ.update(TZ=former)
        time.tzset()


@zones
def test_due_times_days_and_reminders_are_those_of_china(zone: str) -> None:
    by_law, three = Term("法定", Decimal(15), Unit.CALENDAR_DAYS), Term("调查", Decimal(3), Unit.WORKING_DAYS)
    rule = Rule("l", 1, Reminding.NEAR_DUE, Anchor.NEAR, Decimal(0), "handler", date(2026, 1, 1))
    with machine_in(zone):
        assert (calendar.local_date(BEFORE), calendar.local_date(AFTER)) == (date(2026, 2, 28), date(2026, 3, 1))
        assert calendar.end_of_day(date(2026, 2, 28)) == datetime(2026, 2, 28, 16, tzinfo=UTC)
        one, next_day = (rules.due(OFFICIAL, moment, by_law) for moment in (BEFORE, AFTER))
        assert (one.due_at, next_day.due_at) == (
            datetime(2026, 3, 15, 16, tzinfo=UTC), datetime(2026, 3, 16, 16, tzinfo=UTC),
        )  # fmt: skip
        assert one.derivation == "收到 2月28日 + 15日 = 3月15日；最后一个工作日 3月13日提醒"
        assert rules.last_day(one.due_at) == date(2026, 3, 15)
        step = rules.due(OFFICIAL, AFTER, three)
        assert (step.due_at, step.near_at) == (
            datetime(2026, 3, 4, 9, 30, tzinfo=UTC), datetime(2026, 3, 4, 1, tzinfo=UTC),
        )  # fmt: skip
        assert calendar.add_business_minutes(OFFICIAL, AFTER, 30) == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
        (strike,) = reminders.strikes(OFFICIAL, [rule], "l1", BEFORE, one.near_at, one.due_at)
        assert strike.at == datetime(2026, 3, 13, 1, tzinfo=UTC)


@zones
def test_quiet_hours_pages_and_days_that_are_spoken_of_are_those_of_china(zone: str) -> None:
    with machine_in(zone):
        quiet = Quiet(wall(21), wall(8))
        assert not_before(BEFORE, quiet) == datetime(2026, 3, 1, 0, tzinfo=UTC)
        assert not_before(datetime(2026, 2, 28, 0, 1, tzinfo=UTC), quiet) == datetime(2026, 2, 28, 0, 1, tzinfo=UTC)
        assert day_of(BEFORE) == (datetime(2026, 2, 27, 16, tzinfo=UTC), datetime(2026, 2, 28, 16, tzinfo=UTC))
        assert (rendering.moment(BEFORE), rendering.day(AFTER)) == ("02-28 23:30", "2026-03-01")
        assert rendering.local_input(AFTER) == "2026-03-01T00:30"
        assert (dates.occurred_on("昨天扣的", BEFORE), dates.occurred_on("昨天扣的", AFTER)) == (
            date(2026, 2, 27), date(2026, 2, 28),
        )  # fmt: skip


async def test_numbers_digests_the_ledger_and_reports_by_day_are_those_of_china(world: World) -> None:
    world.time = AFTER
    with machine_in("America/Los_Angeles"):
        case = await case_of(world, (await filed(world)).case_id)
    assert case.number.startswith("TS20260301")
    assert case.promised_on == date(2026, 3, 16)
    unit_id, reader = case.receiving_unit_id or case.unit_id, SYSTEM
    await copied(world, case.id, channel="counter", receiving_unit_id=unit_id, received_at=BEFORE)
    for zone in ZONES:
        with machine_in(zone):
            assert await told(world, reader) == {
                "digest": [False, True],
                "ledger": [1, 0],
                "days": {date(2026, 2, 28): 1, date(2026, 3, 1): 1},
            }, zone


async def told(world: World, reader: Principal) -> dict[str, object]:
    """The morning's digest at 7:29 and 7:30 in China, the two months of the ledger, and a report by day."""
    async with world.database.reading() as session:
        mornings = [datetime(2026, 3, 1, 23, minute, tzinfo=UTC) for minute in (29, 30)]
        months = [
            await ledger.count(session, reader, month=date(2026, month, 1), unit_id=None, as_of=AFTER)
            for month in (2, 3)
        ]
        return {
            "digest": [bool(await digests.due(session, now=moment)) for moment in mornings],
            "ledger": months,
            "days": await reports.counts(session, reader, {}, "time", now=AFTER),
        }
