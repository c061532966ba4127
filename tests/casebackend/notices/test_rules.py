from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casebackend.notices.rules import LONGEST_WAIT, SHANGHAI, Quiet, not_before, wait_after

NIGHT = Quiet(time(22), time(8))


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def test_mail_and_sms_wait_until_the_quiet_hours_are_over() -> None:
    assert not_before(shanghai(2, 23), NIGHT) == shanghai(3, 8)
    assert not_before(shanghai(3, 2), NIGHT) == shanghai(3, 8)
    assert not_before(shanghai(2, 22), NIGHT) == shanghai(3, 8)
    assert not_before(shanghai(2, 21, 59), NIGHT) == shanghai(2, 21, 59)
    assert not_before(shanghai(3, 8), NIGHT) == shanghai(3, 8)


def test_quiet_hours_may_lie_within_a_day_or_not_exist() -> None:
    noon = Quiet(time(12), time(13))
    assert not_before(shanghai(2, 12, 30), noon) == shanghai(2, 13)
    assert not_before(shanghai(2, 13), noon) == shanghai(2, 13)
    never = Quiet(time(0), time(0))
    assert not_before(shanghai(2, 3), never) == shanghai(2, 3)


@given(st.integers(0, 60 * 24 * 400))
def test_nothing_leaves_early_or_a_day_late(minutes: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    later = not_before(now, NIGHT)
    assert timedelta() <= later - now <= timedelta(hours=10)
    assert not_before(later, NIGHT) == later


def test_each_try_waits_longer_and_at_most_an_hour() -> None:
    waits = [wait_after(attempt) for attempt in range(1, 12)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=1), LONGEST_WAIT)
