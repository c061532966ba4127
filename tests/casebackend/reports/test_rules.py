from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.reports.rules import (
    ACROSS,
    COMPARABLE,
    REPORTS,
    By,
    Period,
    a_year_before,
    bucket,
    bucket_label,
    buckets,
    change,
    period_before,
    usual_by,
)

DAYS = st.dates(date(2000, 1, 1), date(2030, 12, 31))


def period(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@given(DAYS, st.integers(0, 900), st.sampled_from(By))
def test_buckets_cover_a_period_without_gap_or_overlap(first: date, days: int, by: By) -> None:
    whole = Period(first, first + timedelta(days=days))
    found = buckets(whole, by)
    assert (found[0].first, found[-1].last) == (whole.first, whole.last)
    for one, following in pairwise(found):
        assert following.first - one.last == timedelta(days=1)
    assert all(bucket(each.first, by) == bucket(each.last, by) for each in found)
    assert len({bucket_label(each, by) for each in found}) == len(found)


@pytest.mark.parametrize(
    ("this", "before", "year_before"),
    [
        (period("2026-03-01", "2026-03-31"), period("2026-02-01", "2026-02-28"), period("2025-03-01", "2025-03-31")),
        (period("2026-01-01", "2026-03-31"), period("2025-10-01", "2025-12-31"), period("2025-01-01", "2025-03-31")),
        (period("2026-01-01", "2026-12-31"), period("2025-01-01", "2025-12-31"), period("2025-01-01", "2025-12-31")),
        (period("2026-03-05", "2026-03-11"), period("2026-02-26", "2026-03-04"), period("2025-03-05", "2025-03-11")),
        (period("2024-02-29", "2024-02-29"), period("2024-02-28", "2024-02-28"), period("2023-02-28", "2023-02-28")),
        (period("2025-02-01", "2025-02-28"), period("2025-01-01", "2025-01-31"), period("2024-02-01", "2024-02-29")),
    ],
)
def test_the_periods_before(this: Period, before: Period, year_before: Period) -> None:
    assert period_before(this) == before
    assert a_year_before(this) == year_before


def test_there_is_no_change_from_nothing() -> None:
    assert change(3, 0) is None
    assert change(0, 0) is None
    assert change(3, 2) == 0.5
    assert change(0, 4) == -1.0


def test_long_periods_are_shown_in_longer_pieces() -> None:
    assert usual_by(period("2026-03-01", "2026-03-31")) is By.DAY
    assert usual_by(period("2026-01-01", "2026-12-31")) is By.MONTH
    assert usual_by(period("2000-01-01", "2026-12-31")) is By.YEAR


def test_what_may_stand_across_a_report() -> None:
    year, long = Period(date(2026, 1, 1), date(2026, 12, 31)), Period(date(2020, 1, 1), date(2026, 12, 31))
    for name, fixed in REPORTS.items():
        assert bool(fixed.across) is (name not in ("time", "mom", "yoy"))
        assert fixed.dimension not in fixed.across
        assert all(fixed.takes(by, year) for by in fixed.across)
    assert set(REPORTS["validity"].across) == set(ACROSS)
    assert "region" not in REPORTS["unit"].across, "a row and a column would narrow the same units"
    assert (REPORTS["validity"].takes("month", long), REPORTS["validity"].takes("day", year)) == (False, False)
    assert (REPORTS["time"].takes("day", year), REPORTS["mom"].takes("unit", year)) == (True, "unit" in COMPARABLE)
