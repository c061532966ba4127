from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from casebackend.grading.queries import flagged, graded
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
from tests.world import World

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


COLUMNS = ("code", "purpose", "result", "rank", "reason", "when", "effective_from")
SEED = [
    Rule(*(row[name] for name in COLUMNS))
    for row in yaml.safe_load(Path("casebackend/grading/rules.yml").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("我不想活了，钱全没了", "urgent_self_harm"), ("我要自杀", "urgent_life"),
        ("再不退钱我就拿刀去砍人", "urgent_violence"), ("不解决就炸了你们支行", "urgent_violence"),
        ("我的卡被盗刷了五千块", "urgent_fraud"), ("叫我转到安全账户，已经转了两万", "urgent_fraud"),
        ("卡里的钱被人转走了", "urgent_fraud"),
    ],
)  # fmt: skip
def test_a_life_violence_and_money_that_is_stolen_are_urgent(said: str, rule: str) -> None:
    found = severity(SEED, Subject(said), DAY)
    assert (found.result, found.rule) == (Severity.URGENT, rule)


@pytest.mark.parametrize(
    "said",
    [
        "多扣年费", "你们就是一群骗子", "以防电信诈骗为由冻结我的卡", "客户经理骗我买理财", "加油站买汽油多扣了钱",
        "吓得我要死", "我的个人信息被泄露了",
    ],
)  # fmt: skip
def test_hard_words_alone_are_not_urgent(said: str) -> None:
    assert severity(SEED, Subject(said), DAY).result == Severity.ORDINARY


def test_whoever_is_flagged_for_harm_to_himself_or_others_is_urgent() -> None:
    words = [word for rule in SEED if rule.result in {"自伤风险", "威胁他人"} for word in rule.when["keywords"]]
    assert words
    assert {severity(SEED, Subject(word), DAY).result for word in words} == {Severity.URGENT}


def test_a_leak_of_personal_data_has_a_lane() -> None:
    found = lane(SEED, Subject("我的个人信息被泄露了"), DAY)
    assert found is not None
    assert (found.rule, found.reason) == ("lane_privacy", "信息安全：“泄露”")


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("我要自殺", "我要自杀"),
        ("卡被盜刷", "卡被盗刷"),
        ("個人信息被洩露", "个人信息被泄露"),
        ("多扣年費", "多扣年费"),
    ],
)
async def test_traditional_script_is_graded_and_flagged_like_simplified(
    world: World, traditional: str, simplified: str
) -> None:
    async with world.database.transaction() as session:
        old, new = Subject(traditional), Subject(simplified)
        assert await graded(session, old, DAY) == await graded(session, new, DAY)
        assert await flagged(session, old, DAY) == await flagged(session, new, DAY)
        assert (await graded(session, Subject("我要自殺"), DAY))[0].rule == "urgent_life"
        assert (await graded(session, Subject("卡被盜刷"), DAY))[0].result == Severity.URGENT


async def test_a_leak_of_personal_data_has_priority_in_whatever_words_it_is_heard(world: World) -> None:
    async with world.database.transaction() as session:
        for text in ("你们把我电话卖给别人了", "我的手机号被你们透露出去了"):
            found = (await graded(session, Subject(text), DAY))[1]
            assert found is not None
            assert (found.result, found.rule, found.reason) == (
                "优先办理",
                "lane_privacy_told",
                "信息安全：个人信息泄露",
            )
        assert (await graded(session, Subject("怕泄密，多扣年费"), DAY))[1] is None


HEARD_FROM = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("我不想活了，钱全没了", "urgent_self_harm"), ("我要自殺", "urgent_self_harm"),
        ("再不退钱我就拿刀去砍人", "urgent_violence"), ("催收说要杀我全家", "urgent_life"),
        ("我的卡被盜刷了五千塊", "urgent_fraud"), ("叫我转到安全账户，已经转了两万", "urgent_fraud"),
        ("去年被盗刷的钱已经赔了，昨天又被盗刷了三千", "urgent_fraud"), ("昨天被人刷了5000", "urgent_fraud"),
    ],
)  # fmt: skip
async def test_what_is_heard_of_a_danger_is_urgent_in_whatever_words(world: World, said: str, rule: str) -> None:
    async with world.database.transaction() as session:
        found = (await graded(session, Subject(said), HEARD_FROM))[0]
        assert (found.result, found.rule) == (Severity.URGENT, rule)


@pytest.mark.parametrize(
    "said",
    [
        "去年被盗刷的钱已经赔了", "盗刷险怎么理赔", "利息高得简直是杀人", "外公自杀去世之后存款要公证才能取吗",
        "问过我老公了 是他刷的 不是盗刷", "多扣年费", "你们就是一群骗子", "客户经理骗我买理财", "吓得我要死",
    ],
)  # fmt: skip
async def test_a_settled_loss_a_question_or_a_figure_of_speech_is_not_urgent(world: World, said: str) -> None:
    async with world.database.transaction() as session:
        assert (await graded(session, Subject(said), HEARD_FROM))[0].result == Severity.ORDINARY


async def test_every_word_that_was_urgent_before_is_heard_or_named_here(world: World) -> None:
    """遗书 alone may be that of a grandfather who left his savings; a shared screen may be one of the bank's own."""
    before = [rule for rule in SEED if rule.result == Severity.URGENT and "keywords" in rule.when]
    async with world.database.transaction() as session:
        missed = {
            word
            for rule in before
            for word in rule.when["keywords"]
            if (await graded(session, Subject(word), HEARD_FROM))[0].result != Severity.URGENT
        }
    assert missed == {"遗书", "屏幕共享", "共享屏幕"}
