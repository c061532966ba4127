from datetime import UTC, datetime

from casebackend.api import moments


def test_what_ends_with_the_day_is_told_so_and_anything_else_by_the_clock() -> None:
    assert moments.until(datetime(2026, 3, 2, 16, 0, tzinfo=UTC)) == "次日零点"
    assert moments.until(datetime(2026, 3, 2, 2, 5, tzinfo=UTC)) == "10点05分"
    assert moments.until(None) is None
