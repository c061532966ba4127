"""The vectors of the domain's calendar, a second calendar package, and the machine's own time zone."""

import os
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal

import holidays
import pytest

from casebackend.calendar.rules import SHANGHAI, Calendar
from casebackend.calendar.service import published
from casebackend.clocks import rules
from casebackend.clocks.rules import Term, Unit

OFFICIAL = Calendar({row["day"]: row["is_workday"] for row in published(2020, 2026)})

WORKING = [
    ("2026-02-13", 1, "2026-02-14"), ("2026-02-14", 1, "2026-02-24"), ("2026-02-14", 3, "2026-02-26"),
    ("2026-04-30", 2, "2026-05-07"), ("2026-09-18", 1, "2026-09-20"), ("2026-09-29", 3, "2026-10-09"),
    ("2026-09-30", 3, "2026-10-10"), ("2026-10-10", 1, "2026-10-12"), ("2025-01-24", 5, "2025-02-07"),
    ("2025-09-26", 3, "2025-09-30"), ("2026-12-25", 5, "2027-01-01"),
]  # fmt: skip
BY_LAW = [
    ("2026-09-17", 15, "2026-10-02", "9月30日", "2026-10-08"),
    ("2026-02-01", 15, "2026-02-16", "2月14日", "2026-02-24"),
    ("2026-02-01", 30, "2026-03-03", "3月2日", "2026-03-03"), ("2026-08-05", 60, "2026-10-04", "9月30日", "2026-10-08"),
]  # fmt: skip


def due(start: str, amount: int, unit: Unit, *, rolls: bool = False) -> rules.Due:
    begun = datetime.fromisoformat(f"{start}T10:00").replace(tzinfo=SHANGHAI)
    return rules.due(OFFICIAL, begun, Term("钟", Decimal(amount), unit, rolls_forward=rolls))


@pytest.mark.parametrize(("start", "days", "last"), WORKING)
def test_steps_end_at_close_of_business_of_the_day_in_the_table(start: str, days: int, last: str) -> None:
    found = due(start, days, Unit.WORKING_DAYS)
    assert f"{found.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == f"{last} 17:30"
    assert found.provisional is last.startswith("2027")


@pytest.mark.parametrize(("start", "days", "last", "warned", "rolled"), BY_LAW)
def test_limits_of_law_end_and_warn_as_in_the_table(start: str, days: int, last: str, warned: str, rolled: str) -> None:
    found = due(start, days, Unit.CALENDAR_DAYS)
    assert rules.last_day(found.due_at).isoformat() == last
    assert f"最后一个工作日 {warned}提醒" in found.derivation
    assert rules.last_day(due(start, days, Unit.CALENDAR_DAYS, rolls=True).due_at).isoformat() == rolled


@pytest.mark.parametrize("year", range(2020, 2027))
def test_another_package_knows_the_same_working_days(year: int) -> None:
    china = holidays.country_holidays("CN", years=year)
    ours = {day: works for day, works in OFFICIAL.days.items() if day.year == year}
    assert ours == {day: china.is_working_day(day) for day in ours}
    assert len(ours) == (date(year + 1, 1, 1) - date(year, 1, 1)).days


PROGRAM = """
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from casebackend.calendar.rules import Calendar
from casebackend.calendar.service import published
from casebackend.clocks import rules
from casebackend.clocks.rules import Term, Unit
official = Calendar({row["day"]: row["is_workday"] for row in published(2025, 2026)})
for hour in range(0, 24 * 20, 5):
    start = datetime(2026, 2, 8, tzinfo=UTC) + timedelta(hours=hour)
    for unit in Unit:
        found = rules.due(official, start, Term("钟", Decimal(3), unit))
        print(found.due_at.astimezone(UTC), found.near_at.astimezone(UTC), found.derivation)
"""


def test_the_time_zone_of_the_machine_changes_nothing() -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | {"TZ": zone, "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
        )
        for zone in ("UTC", "Asia/Shanghai", "America/New_York")
    ]
    answers = {program.communicate()[0] for program in running}
    assert [program.returncode for program in running] == [0, 0, 0]
    assert len(answers) == 1
    assert answers.pop().count(b"\n") == 96 * 5
