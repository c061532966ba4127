"""How serious a case is, whether it has priority, and by which rule. Standard library only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    ORDINARY = "一般投诉"
    MAJOR = "重大投诉"
    URGENT = "紧急投诉"


class Purpose(StrEnum):
    SEVERITY = "severity"
    LANE = "lane"


ORDINARY_REASON = "未命中升级规则"


@dataclass(frozen=True, slots=True)
class Rule:
    """`when` holds one of keywords, amount_from, group_from, sources, tiers. A higher `rank` wins."""

    code: str
    purpose: str
    result: str
    rank: int
    reason: str
    when: Mapping[str, Any]
    effective_from: date


@dataclass(frozen=True, slots=True)
class Subject:
    """As much of a case as the rules look at."""

    text: str
    amount: Decimal | None = None
    group_size: int = 1
    source: str = "direct"
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """What the rules say, and which rule said it, for people to read."""

    result: str
    reason: str
    rule: str | None = None


def in_force(rules: Iterable[Rule], day: date) -> list[Rule]:
    """Of each code the newest version that holds on `day`; a rule does not reach back before its first day."""
    newest: dict[str, Rule] = {}
    for rule in sorted(rules, key=lambda each: each.effective_from):
        if rule.effective_from <= day:
            newest[rule.code] = rule
    return list(newest.values())


def hit(rule: Rule, subject: Subject) -> str | None:
    """What made the rule hold, "" where its own reason says all, or None. Only words of the rule itself are quoted,
    never the customer's."""
    when = rule.when
    if words := when.get("keywords"):
        text = subject.text.upper()
        found = [word for word in words if word.upper() in text]
        return f"“{'”“'.join(found[:3])}”" if found else None
    if (least := when.get("amount_from")) is not None:
        return f"金额不少于{least}元" if subject.amount is not None and subject.amount >= Decimal(str(least)) else None
    if (least := when.get("group_from")) is not None:
        return f"{subject.group_size}人" if subject.group_size >= int(least) else None
    if sources := when.get("sources"):
        return "" if subject.source in sources else None
    if tiers := when.get("tiers"):
        return "" if subject.tier in tiers else None
    return None


def _best(rules: Iterable[Rule], purpose: Purpose, subject: Subject, day: date) -> Grade | None:
    best: tuple[int, str] | None = None
    grade: Grade | None = None
    for rule in in_force(rules, day):
        why = hit(rule, subject) if rule.purpose == purpose else None
        if why is not None and (best is None or (-rule.rank, rule.code) < (-best[0], best[1])):
            said = f"{rule.reason}：{why}" if why else rule.reason
            best, grade = (rule.rank, rule.code), Grade(rule.result, said, rule.code)
    return grade


def severity(rules: Iterable[Rule], subject: Subject, day: date) -> Grade:
    found = _best(rules, Purpose.SEVERITY, subject, day)
    return found or Grade(Severity.ORDINARY, ORDINARY_REASON)


def lane(rules: Iterable[Rule], subject: Subject, day: date) -> Grade | None:
    """None for the ordinary lane. A lane changes the order of work, never a limit of law."""
    return _best(rules, Purpose.LANE, subject, day)
