from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.drafts.dates import occurred_on, spoken

# Saturday 2026-11-21, 00:30 in Shanghai: in UTC it is still Friday.
NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("今天上午", "2026-11-21"),
        ("刚才", "2026-11-21"),
        ("昨天", "2026-11-20"),
        ("昨晚十点", "2026-11-20"),
        ("前天下午", "2026-11-19"),
        ("大前天", "2026-11-18"),
        ("三天前", "2026-11-18"),
        ("10天以前", "2026-11-11"),
        ("两周前", "2026-11-07"),
        ("两个月前", "2026-09-21"),
        ("半个月前", "2026-11-06"),
        ("一年前", "2025-11-21"),
        ("上周三", "2026-11-11"),
        ("上个礼拜三", "2026-11-11"),
        ("上星期天", "2026-11-15"),
        ("上上周五", "2026-11-06"),
        ("周一", "2026-11-16"),
        ("这周二", "2026-11-17"),
        ("上周", "2026-11-09"),
        ("11月3号", "2026-11-03"),
        ("11月3日下午", "2026-11-03"),
        ("十一月三号", "2026-11-03"),
        ("12月3号", "2025-12-03"),
        ("去年12月3日", "2025-12-03"),
        ("今年5月6日", "2026-05-06"),
        ("2026年11月3日", "2026-11-03"),
        ("二〇二六年十一月三日", "2026-11-03"),
        ("2026-11-03", "2026-11-03"),
        ("2026.11.3", "2026-11-03"),
        ("26年11月3日", "2026-11-03"),
        ("20261103", "2026-11-03"),
        ("11/3", "2026-11-03"),
        ("3号", "2026-11-03"),
        ("25号", "2026-10-25"),
        ("昨天在建国路8号", "2026-11-20"),
        ("地址是建国路8号", None),
        ("幸福小区3号", None),
        ("我知道是3号扣的", "2026-11-03"),
        ("上个月15号", "2026-10-15"),
        ("本月5日", "2026-11-05"),
        ("月初", "2026-11-01"),
        ("上月底", "2026-10-31"),
        ("今年5月初", "2026-05-01"),
        ("10月份", "2026-10-01"),
        ("上个月", "2026-10-01"),
        ("11月3号去的，昨天又去了一次", "2026-11-03"),
        ("2026年12月3日", None),
        ("2026年2月30日", None),
        ("明天", None),
        ("下周三", None),
        ("不记得了", None),
        ("打了3次", None),
        ("5号窗口的柜员", None),
        ("", None),
    ],
)
def test_when_it_happened_is_read_as_people_say_it(said: str, meant: str | None) -> None:
    assert occurred_on(said, NOW) == (date.fromisoformat(meant) if meant else None)


@given(st.dates(date(1990, 1, 1), date(2026, 11, 21)))
def test_a_day_that_is_shown_is_read_back_the_same(day: date) -> None:
    assert occurred_on(spoken(day), NOW) == day
    assert occurred_on(day.isoformat(), NOW) == day


@given(st.integers(1, 300))
def test_days_ago_are_counted(days: int) -> None:
    assert occurred_on(f"{days}天前", NOW) == date(2026, 11, 21) - timedelta(days=days)


@given(st.text(max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    found = occurred_on(text, NOW)
    assert found is None or found <= date(2026, 11, 21)
