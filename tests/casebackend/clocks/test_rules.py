from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.calendar.rules import SHANGHAI, Calendar
from casebackend.calendar.service import published
from casebackend.clocks import rules
from casebackend.clocks.rules import Term, Unit

OFFICIAL = Calendar({row["day"]: row["is_workday"] for row in published(2025, 2026)})
BY_LAW = Term("法定", Decimal(15), Unit.CALENDAR_DAYS)
MOMENTS = st.integers(0, 960_000).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=minutes)
)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_the_sentence_shows_how_the_day_came_about() -> None:
    due = rules.due(OFFICIAL, shanghai("2026-11-21 22:30"), BY_LAW)
    assert due.derivation == "收到 11月21日 + 15日 = 12月6日；最后一个工作日 12月4日提醒"
    assert due.due_at.astimezone(UTC) == datetime(2026, 12, 6, 16, tzinfo=UTC)
    assert due.near_at == shanghai("2026-12-04 09:00")
    assert due.provisional is False


def test_the_day_of_receipt_is_the_day_in_shanghai() -> None:
    just_before, just_after = (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), datetime(2026, 3, 1, 16, tzinfo=UTC))
    assert rules.last_day(rules.due(OFFICIAL, just_before, BY_LAW).due_at).isoformat() == "2026-03-16"
    assert rules.last_day(rules.due(OFFICIAL, just_after, BY_LAW).due_at).isoformat() == "2026-03-17"


def test_rolling_forward_is_a_switch_of_the_limit() -> None:
    rolled = Term("法定", Decimal(15), Unit.CALENDAR_DAYS, rolls_forward=True)
    due = rules.due(OFFICIAL, shanghai("2026-09-17 10:00"), rolled)
    assert rules.last_day(due.due_at).isoformat() == "2026-10-08"
    assert "顺延至 10月8日" in due.derivation


def test_a_due_time_in_a_year_without_data_says_so() -> None:
    due = rules.due(OFFICIAL, shanghai("2026-12-25 10:00"), Term("调查", Decimal(5), Unit.WORKING_DAYS))
    assert due.provisional
    assert due.derivation.endswith("= 1月1日 17:30（2027年放假安排尚无数据，暂按周一至周五推算）")
    by_law = rules.due(OFFICIAL, shanghai("2026-12-20 10:00"), BY_LAW)
    assert (rules.last_day(by_law.due_at).isoformat(), by_law.provisional) == ("2027-01-04", True)


def test_a_half_day_is_reminded_an_hour_before_a_whole_one_in_the_morning() -> None:
    half = rules.due(OFFICIAL, shanghai("2026-03-02 09:00"), Term("转办", Decimal("0.5"), Unit.WORKING_DAYS))
    assert (half.near_at, half.due_at) == (shanghai("2026-03-02 13:00"), shanghai("2026-03-02 14:00"))
    term, ahead = Term("转办", Decimal("0.5"), Unit.WORKING_DAYS), timedelta(hours=2)
    assert rules.due(OFFICIAL, shanghai("2026-03-02 09:00"), term, ahead=ahead).near_at == shanghai("2026-03-02 12:00")
    whole = rules.due(OFFICIAL, shanghai("2026-03-02 09:00"), Term("调查", Decimal(3), Unit.WORKING_DAYS))
    assert (whole.near_at, whole.due_at) == (shanghai("2026-03-05 09:00"), shanghai("2026-03-05 17:30"))


@given(MOMENTS, st.integers(0, 100_000), st.integers(1, 90), st.sampled_from(Unit))
def test_whoever_starts_later_or_gets_more_time_is_never_due_earlier(
    start: datetime, minutes: int, days: int, unit: Unit
) -> None:
    term, longer = Term("钟", Decimal(days), unit), Term("钟", Decimal(days + 1), unit)
    due = rules.due(OFFICIAL, start, term)
    assert start <= due.near_at <= due.due_at
    assert rules.due(OFFICIAL, start + timedelta(minutes=minutes), term).due_at >= due.due_at
    assert rules.due(OFFICIAL, start, longer).due_at > due.due_at


@pytest.mark.parametrize(
    ("minutes", "working", "plain"),
    [
        (1597, "3个工作日5小时37分钟", "1天2小时37分钟"), (420, "1个工作日", "7小时"),
        (419, "6小时59分钟（工作时间）", "6小时59分钟"),
        (60, "1小时（工作时间）", "1小时"), (0, "0分钟（工作时间）", "0分钟"), (1440, "3个工作日3小时", "1天"),
    ],
)  # fmt: skip
def test_a_length_of_time_reads_as_people_say_it(minutes: int, working: str, plain: str) -> None:
    assert (rules.duration_text(minutes, working=True), rules.duration_text(minutes)) == (working, plain)


def test_what_was_left_of_a_step_is_said_in_working_days() -> None:
    left = rules.rest(Term("调查处理", Decimal(3), Unit.WORKING_DAYS), 457)
    due = rules.due(OFFICIAL, shanghai("2026-03-02 10:00"), left)
    assert due.derivation == "调查处理：恢复 3月2日 10:00 + 剩余 1个工作日37分钟 = 3月3日 10:37"
