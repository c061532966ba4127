"""How serious a case is, whether it has priority, and by which rule. Does no I/O."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from casebackend.approvals.rules import last_begun


class Severity(StrEnum):
    ORDINARY = "一般投诉"
    MAJOR = "重大投诉"
    URGENT = "紧急投诉"


class Purpose(StrEnum):
    SEVERITY = "severity"
    LANE = "lane"
    FLAG = "flag"


ORDINARY_REASON = "未命中升级规则"
# How a severity begins its reason where a person decided on it.
BY_HAND = "人工指定"
RANK: dict[str, int] = {Severity.ORDINARY: 0, Severity.MAJOR: 1, Severity.URGENT: 2}
# 78岁, 八十多岁, 六十七周岁
AGE = re.compile(r"(?<!\d)(\d{1,3})多?周?岁|(?:([二三四五六七八九]?)(十))?([一二三四五六七八九]?)[多几来]?周?岁")
HAN = "零一二三四五六七八九"
# Of a flag at most so many of its words are kept, of an axis so many suggestions.
MOST_WORDS, MOST_SUGGESTED = 5, 2


@dataclass(frozen=True, slots=True)
class Rule:
    """`when` holds one of keywords, age_from, age_under, amount_from, group_from, sources, tiers, care,
    dangers (kinds of dangers.yml). The graver result wins, of equal ones the higher `rank`. One that is not `active`
    ends the rule. `number`: see `approvals.model`."""

    code: str
    purpose: str
    result: str
    rank: int
    reason: str
    when: Mapping[str, Any]
    effective_from: date
    active: bool = True
    number: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """As much of a case as the rules look at; `care`: what the customer told of himself that asks for care;
    `dangers`: kinds of danger that are heard in the text."""

    text: str
    amount: Decimal | None = None
    group_size: int = 1
    source: str = "direct"
    tier: str | None = None
    care: tuple[str, ...] = ()
    dangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grade:
    """What the rules say, and which rule said it, for people to read."""

    result: str
    reason: str
    rule: str | None = None


def in_force(rules: Iterable[Rule], day: date) -> list[Rule]:
    """Of each code the version approved last of those that have begun; none reaches back before its first day."""
    return [rule for rule in last_begun(rules, day) if rule.active]


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
    if when.get("care"):
        return "、".join(subject.care) or None
    if kinds := when.get("dangers"):
        return "、".join(kind for kind in kinds if kind in subject.dangers) or None
    if tiers := when.get("tiers"):
        return "" if subject.tier in tiers else None
    return None


def _best(rules: Iterable[Rule], purpose: Purpose, subject: Subject, day: date) -> Grade | None:
    best: tuple[int, int, str] | None = None
    grade: Grade | None = None
    for rule in in_force(rules, day):
        why = hit(rule, subject) if rule.purpose == purpose else None
        place = (-RANK.get(rule.result, 0), -rule.rank, rule.code)
        if why is not None and (best is None or place < best):
            said = f"{rule.reason}：{why}" if why else rule.reason
            best, grade = place, Grade(rule.result, said, rule.code)
    return grade


def severity(rules: Iterable[Rule], subject: Subject, day: date) -> Grade:
    found = _best(rules, Purpose.SEVERITY, subject, day)
    return found or Grade(Severity.ORDINARY, ORDINARY_REASON)


def lane(rules: Iterable[Rule], subject: Subject, day: date) -> Grade | None:
    """None for the ordinary lane. A lane changes the order of work, never a limit of law."""
    return _best(rules, Purpose.LANE, subject, day)


def corrected(stands: Grade, before: Grade, after: Grade) -> Grade:
    """The severity after a correction; `before` and `after`: what the rules say of the case as it was and as it is.
    It follows the rules up and down. What a person decided stands, until the rules find something graver than that and
    than what they had found."""
    if not stands.reason.startswith(BY_HAND):
        return after
    known = max(RANK.get(stands.result, 0), RANK.get(before.result, 0))
    return after if RANK.get(after.result, 0) > known else stands


def corrected_lane(stands: Grade | None, before: Grade | None, after: Grade | None) -> Grade | None:
    """A lane that no rule gave, for what the customer told of himself, stays."""
    by_rule = stands is None or (before is not None and before.reason == stands.reason)
    return after if after is not None or by_rule else stands


def ages(text: str) -> list[int]:
    """Years of age that are told, in digits or in words below a hundred."""
    found = []
    for digits, tens, ten, ones in AGE.findall(text):
        if digits:
            found.append(int(digits))
        elif ten or ones:
            found.append((HAN.find(tens) if tens else 1) * 10 * bool(ten) + (HAN.find(ones) if ones else 0))
    return [age for age in found if age < 130]


@dataclass(frozen=True, slots=True)
class Flag:
    """What a person should know before the first word; `words` are those of the rule, never the customer's."""

    name: str
    words: tuple[str, ...]


def flags(rules: Iterable[Rule], subject: Subject, day: date) -> list[Flag]:
    """Emotion and vulnerability that the words tell of, the gravest first. A note, never a decision."""
    text, told = subject.text.upper(), ages(subject.text)
    found: dict[str, list[str]] = {}
    for rule in sorted(in_force(rules, day), key=lambda each: (-each.rank, each.code)):
        if rule.purpose == Purpose.FLAG and (words := _telling(rule.when, text, told)):
            found.setdefault(rule.result, []).extend(words)
    return [Flag(name, tuple(dict.fromkeys(words))[:MOST_WORDS]) for name, words in found.items()]


def _telling(when: Mapping[str, Any], text: str, told: Sequence[int]) -> list[str]:
    words = [word for word in when.get("keywords", ()) if word.upper() in text]
    if (least := when.get("age_from")) is not None and any(age >= least for age in told):
        words.append(f"{least}岁以上")
    if (below := when.get("age_under")) is not None and any(age < below for age in told):
        words.append(f"未满{below}岁")
    return words
