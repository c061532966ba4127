from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from casebackend.grading.rules import (
    BY_HAND,
    ORDINARY_REASON,
    Grade,
    Rule,
    Severity,
    Subject,
    corrected,
    corrected_lane,
    in_force,
    lane,
    severity,
)

DAY = date(2026, 3, 2)
OLD = date(2020, 3, 1)
RULES = [
    Rule("life", "severity", Severity.URGENT, 30, "人身安全", {"keywords": ["轻生"]}, OLD),
    Rule("group", "severity", Severity.MAJOR, 25, "群体投诉", {"group_from": 20}, OLD),
    Rule("amount", "severity", Severity.MAJOR, 15, "涉及金额", {"amount_from": 1000000}, OLD),
    Rule("regulator", "severity", Severity.MAJOR, 10, "监管下发", {"sources": ["regulator"]}, OLD),
    Rule("fraud", "lane", "优先办理", 30, "资金安全", {"keywords": ["盗刷"]}, OLD),
    Rule("tier", "lane", "优先办理", 10, "重点客户", {"tiers": ["private"]}, OLD),
]


def test_nothing_special_is_ordinary_and_says_so() -> None:
    found = severity(RULES, Subject("多扣年费"), DAY)
    assert (found.result, found.reason, found.rule) == ("一般投诉", ORDINARY_REASON, None)


def test_the_graver_rule_wins_and_the_reason_is_told() -> None:
    grave = severity(RULES, Subject("我想轻生", amount=Decimal(2_000_000), group_size=30), DAY)
    assert (grave.result, grave.reason, grave.rule) == ("紧急投诉", "人身安全：“轻生”", "life")
    assert severity(RULES, Subject("事情", group_size=20), DAY).reason == "群体投诉：20人"
    assert severity(RULES, Subject("事情", group_size=19), DAY).result == Severity.ORDINARY
    assert severity(RULES, Subject("事情", amount=Decimal(1_000_000)), DAY).rule == "amount"
    assert severity(RULES, Subject("事情", source="regulator"), DAY).rule == "regulator"


def test_key_customers_and_key_problems_have_a_lane() -> None:
    assert lane(RULES, Subject("卡被盗刷"), DAY) is not None
    found = lane(RULES, Subject("排队", tier="private"), DAY)
    assert found is not None
    assert (found.result, found.rule) == ("优先办理", "tier")
    assert lane(RULES, Subject("排队"), DAY) is None
    care = [*RULES, Rule("care", "lane", "优先办理", 5, "客户情况", {"care": True}, OLD)]
    found = lane(care, Subject("", care=("老年", "行动不便")), DAY)
    assert found is not None
    assert (found.result, found.reason) == ("优先办理", "客户情况：老年、行动不便")
    assert lane(care, Subject("排队"), DAY) is None


def test_a_newer_version_replaces_the_older_one_from_its_day_on() -> None:
    newer = Rule("amount", "severity", Severity.MAJOR, 15, "涉及金额", {"amount_from": 500}, date(2026, 6, 1))
    subject = Subject("事情", amount=Decimal(600))
    assert severity([*RULES, newer], subject, DAY).result == Severity.ORDINARY
    assert severity([*RULES, newer], subject, date(2026, 6, 1)).result == Severity.MAJOR
    assert severity([*RULES, newer], subject, date(2019, 1, 1)).result == Severity.ORDINARY


@given(st.permutations(RULES), st.sampled_from(["轻生盗刷", "盗刷", "平常"]), st.integers(1, 40))
def test_the_order_of_the_rules_does_not_matter(order: list[Rule], text: str, size: int) -> None:
    subject = Subject(text, group_size=size)
    assert severity(order, subject, DAY) == severity(RULES, subject, DAY)
    assert lane(order, subject, DAY) == lane(RULES, subject, DAY)
    assert len(in_force(order, DAY)) == len(RULES)


@given(st.text(max_size=60))
def test_the_reason_never_quotes_the_customer(text: str) -> None:
    found = severity(RULES, Subject(text), DAY)
    assert found.reason in {ORDINARY_REASON, "人身安全：“轻生”"}


def test_a_corrected_case_follows_the_rules_up_and_down_and_what_a_person_decided_until_it_is_graver() -> None:
    ordinary, major = Grade(Severity.ORDINARY, ORDINARY_REASON), Grade(Severity.MAJOR, "涉及金额")
    urgent = Grade(Severity.URGENT, "人身安全")
    assert corrected(ordinary, ordinary, major) is major
    assert corrected(major, major, ordinary) is ordinary
    raised, lowered = Grade(Severity.MAJOR, f"{BY_HAND}：舆情"), Grade(Severity.ORDINARY, f"{BY_HAND}：误报")
    assert corrected(raised, ordinary, ordinary) is raised
    assert corrected(raised, ordinary, urgent) is urgent
    assert corrected(lowered, major, major) is lowered
    assert corrected(lowered, major, urgent) is urgent


def test_a_lane_by_rule_follows_the_correction_and_that_of_care_stays() -> None:
    fraud, tier, care = (Grade("优先办理", why) for why in ("资金安全", "重点客户", "客户情况：老年人"))
    assert corrected_lane(None, None, fraud) is fraud
    assert corrected_lane(fraud, fraud, None) is None
    assert corrected_lane(care, None, None) is care
    assert corrected_lane(care, None, tier) is tier
