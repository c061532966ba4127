from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.calendar import rules
from casebackend.calendar.rules import SHANGHAI, Calendar
from casebackend.calendar.service import published

OFFICIAL = Calendar({row["day"]: row["is_workday"] for row in published(2022, 2026)})
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 1))
MOMENTS = st.integers(0, 1_000_000).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=minutes)
)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-02-14", 3, "2026-02-26"),
        ("2026-04-30", 2, "2026-05-07"),
        ("2026-09-18", 1, "2026-09-20"),
        ("2026-09-29", 3, "2026-10-09"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-10-10", 1, "2026-10-12"),
        ("2025-01-24", 5, "2025-02-07"),
        ("2025-09-26", 3, "2025-09-30"),
        ("2026-12-25", 5, "2027-01-01"),
        # 2023: 春节 1月21日至27日，28日、29日上班；中秋国庆 9月29日至10月6日，10月7日、8日上班 (国办发明电〔2022〕16号)
        ("2022-12-30", 1, "2023-01-03"),
        ("2023-01-19", 2, "2023-01-28"),
        ("2023-01-20", 3, "2023-01-30"),
        ("2023-04-21", 1, "2023-04-23"),
        ("2023-04-28", 3, "2023-05-06"),
        ("2023-09-28", 3, "2023-10-09"),
        ("2023-10-06", 5, "2023-10-11"),
        ("2023-12-29", 1, "2024-01-02"),
        # 2024: 春节 2月10日至17日，4日、18日上班；国庆 10月1日至7日，9月29日、10月12日上班 (国办发明电〔2023〕7号)
        ("2024-02-02", 1, "2024-02-04"),
        ("2024-02-09", 1, "2024-02-18"),
        ("2024-02-09", 3, "2024-02-20"),
        ("2024-09-13", 2, "2024-09-18"),
        ("2024-09-27", 3, "2024-10-08"),
        ("2024-10-08", 4, "2024-10-12"),
        ("2024-12-30", 2, "2025-01-02"),
        # 2027: no notice yet, so that a weekday counts, flagged
        ("2026-12-31", 2, "2027-01-04"),
        ("2027-02-05", 3, "2027-02-10"),
        ("2027-09-30", 3, "2027-10-05"),
    ],
)
def test_working_days_follow_the_state_council_with_its_swapped_days(start: str, count: int, end: str) -> None:
    found = rules.add_working_days(OFFICIAL, date.fromisoformat(start), count)
    assert found.isoformat() == end
    assert OFFICIAL.is_provisional(date.fromisoformat(start), found) is (found.year == 2027)


@pytest.mark.parametrize(
    ("start", "days", "last", "warn", "rolled"),
    [
        ("2026-09-17", 15, "2026-10-02", "2026-09-30", "2026-10-08"),
        ("2026-02-01", 15, "2026-02-16", "2026-02-14", "2026-02-24"),
        ("2026-02-01", 30, "2026-03-03", "2026-03-02", "2026-03-03"),
        ("2026-08-05", 60, "2026-10-04", "2026-09-30", "2026-10-08"),
        ("2022-12-18", 15, "2023-01-02", "2022-12-30", "2023-01-03"),
        ("2023-01-10", 15, "2023-01-25", "2023-01-20", "2023-01-28"),
        ("2023-09-15", 15, "2023-09-30", "2023-09-28", "2023-10-07"),
        ("2023-08-05", 60, "2023-10-04", "2023-09-28", "2023-10-07"),
        ("2024-02-01", 15, "2024-02-16", "2024-02-09", "2024-02-18"),
        ("2024-09-20", 15, "2024-10-05", "2024-09-30", "2024-10-08"),
        ("2024-12-17", 15, "2025-01-01", "2024-12-31", "2025-01-02"),
        ("2026-12-18", 15, "2027-01-02", "2027-01-01", "2027-01-04"),
    ],
)
def test_limits_of_law_ignore_holidays_but_the_warning_comes_on_a_working_day(
    start: str, days: int, last: str, warn: str, rolled: str
) -> None:
    end = date.fromisoformat(start) + timedelta(days=days)
    assert end.isoformat() == last
    assert rules.last_working_day_before(OFFICIAL, end).isoformat() == warn
    assert rules.rolled_forward(OFFICIAL, end).isoformat() == rolled


def test_a_last_day_ends_at_24_00_in_shanghai() -> None:
    assert rules.end_of_day(date(2026, 12, 6)).astimezone(UTC) == datetime(2026, 12, 6, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "day",
    [
        "2026-02-27", "2026-05-25", "2026-10-27", "2026-11-20",
        "2023-01-28", "2023-10-25", "2024-02-26", "2024-10-25", "2027-01-21",
    ],
)  # fmt: skip
def test_the_monthly_report_is_due_on_the_15th_working_day(day: str) -> None:
    found = date.fromisoformat(day)
    assert rules.nth_working_day_of_month(OFFICIAL, found.year, found.month, 15) == found


@pytest.mark.parametrize(
    ("year", "count", "swapped"),
    [
        (2023, 249, ["01-28", "01-29", "04-23", "05-06", "06-25", "10-07", "10-08"]),
        (2024, 251, ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"]),
        (2026, 248, ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]),
    ],
)
def test_a_year_has_its_working_days_and_its_swapped_ones(year: int, count: int, swapped: list[str]) -> None:
    days = {day: works for day, works in OFFICIAL.days.items() if day.year == year}
    assert sum(days.values()) == count
    assert [f"{day:%m-%d}" for day, works in days.items() if works and day.weekday() >= 5] == swapped


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02 09:00", "0.5", "2026-03-02 14:00"),
        ("2026-03-02 11:00", "0.5", "2026-03-02 16:00"),
        ("2026-03-02 16:00", "0.5", "2026-03-03 11:00"),
        ("2026-03-02 12:30", "0.5", "2026-03-02 17:00"),
        ("2026-03-06 22:00", "0.5", "2026-03-09 14:00"),
        ("2026-03-02 20:00", "3", "2026-03-05 17:30"),
        ("2026-02-13 10:00", "1", "2026-02-14 17:30"),
        ("2026-03-02 10:00", "2.5", "2026-03-05 14:00"),
        ("2023-01-20 16:00", "0.5", "2023-01-28 11:00"),
        ("2023-09-28 17:30", "0.5", "2023-10-07 14:00"),
        ("2024-02-09 17:00", "0.5", "2024-02-18 12:00"),
        ("2024-09-30 16:30", "1.5", "2024-10-09 14:00"),
    ],
)
def test_half_days_run_in_business_minutes_and_whole_days_end_at_close_of_business(
    start: str, days: str, end: str
) -> None:
    moment = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    assert rules.add_working_time(OFFICIAL, moment, Decimal(days)) == datetime.fromisoformat(end).replace(
        tzinfo=SHANGHAI
    )


@given(DAYS, st.integers(0, 60), st.integers(0, 3))
def test_more_working_days_never_end_earlier_and_a_later_start_neither(start: date, count: int, later: int) -> None:
    end = rules.add_working_days(OFFICIAL, start, count)
    assert rules.add_working_days(OFFICIAL, start, count + 1) > end
    assert rules.add_working_days(OFFICIAL, start + timedelta(days=later), count) >= end


@given(MOMENTS, st.integers(0, 4_000), st.integers(0, 10_000))
def test_business_minutes_are_monotone_and_count_back_to_themselves(start: datetime, minutes: int, later: int) -> None:
    end = rules.add_business_minutes(OFFICIAL, start, minutes)
    assert end >= start
    assert rules.add_business_minutes(OFFICIAL, start + timedelta(minutes=later), minutes) >= end
    assert rules.business_minutes_between(OFFICIAL, start, end) == minutes


@given(DAYS)
def test_the_warning_day_is_a_working_day_before_the_last_day(day: date) -> None:
    warn = rules.last_working_day_before(OFFICIAL, day)
    assert warn < day
    assert OFFICIAL.is_workday(warn)


def test_a_year_without_data_counts_weekdays_and_is_provisional() -> None:
    nothing_known = Calendar({})
    assert rules.add_working_days(nothing_known, date(2027, 1, 1), 1) == date(2027, 1, 4)
    assert nothing_known.is_provisional(date(2027, 1, 1), date(2027, 1, 4))
