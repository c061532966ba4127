from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.retention.rules import ANY, Policy, kept_until, policy_for

OLD = Policy(ANY, 5, date(2020, 1, 1), "a")
NEW = Policy(ANY, 7, date(2026, 1, 1), "b")
CREDIT = Policy("objection", 10, date(2024, 1, 1), "c")


@pytest.mark.parametrize(
    ("matter", "on", "wanted"),
    [
        ("complaint", date(2025, 12, 31), OLD),
        ("complaint", date(2026, 1, 1), NEW),
        ("objection", date(2024, 1, 1), CREDIT),
        ("objection", date(2023, 12, 31), OLD),
    ],
)
def test_the_newest_row_in_force_counts_and_a_type_without_its_own_is_kept_as_all_others(
    matter: str, on: date, wanted: Policy
) -> None:
    assert policy_for([NEW, CREDIT, OLD], matter, on) is wanted


def test_without_any_rule_nothing_may_go() -> None:
    with pytest.raises(LookupError):
        policy_for([NEW], "complaint", date(2020, 1, 1))


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(1, 30))
def test_it_is_kept_for_whole_years_and_never_a_day_less(closed: date, years: int) -> None:
    until = kept_until(closed, years)
    assert timedelta(0) <= until - closed - timedelta(days=365 * years) <= timedelta(days=years // 4 + 2)
    assert (until.month, until.day) in ((closed.month, closed.day), (3, 1))
