"""What must not wait for a form: money that is going, a lost card, a life, personal data in strange hands; and how
stirred somebody is. By dated rules (dangers.yml). Read at the inbox, so that the safety step is said even while the
dialogue engine is away. Does no I/O but to read the delivered rules once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from casebackend.approvals.rules import last_begun
from casebackend.conversations.spoken import plain
from casebackend.customers.spelling import simplified


class Danger(StrEnum):
    MONEY = "money"
    LIFE = "life"
    PRIVACY = "privacy"


class Stirred(StrEnum):
    """How somebody speaks: abuse and strong emotion count together; who announces to go elsewhere is heard apart."""

    ABUSE = "abuse"
    EMOTION = "emotion"
    REPORT = "report"


class Use(StrEnum):
    """What a rule is for. GENERAL excepts what is asked in general or told of others. ANGER is taken out of a text
    before a danger is looked for in it, unless TAKEN tells of a loss beside it. ASIDE is taken out, and only it: who
    tells of an old loss and of one today is heard for the one of today. Where DOUBT stands in what is left, nothing is
    taken out: a false call is cheap, a missed one is not."""

    DANGER = "danger"
    STIRRED = "stirred"
    GENERAL = "general"
    ANGER = "anger"
    TAKEN = "taken"
    ASIDE = "aside"
    DOUBT = "doubt"


DELIVERED = Path(__file__).with_name("dangers.yml")
# The gravest danger is the one that is said.
ORDER = (Danger.LIFE, Danger.MONEY, Danger.PRIVACY)
COUNTED = frozenset({Stirred.ABUSE, Stirred.EMOTION})


@dataclass(frozen=True, slots=True)
class Rule:
    """`says`: the danger or the stirring that it is about. `patterns` are expressions that come with a release,
    `phrases` plain words that the bank adds. `at_words`: so many different words in one message call a person at once,
    `at_turns`: so many such turns within `within_hours` do; 0 stands for never. `number`: see `approvals.model`."""

    code: str
    kind: str
    use: str
    says: str
    patterns: tuple[str, ...]
    phrases: tuple[str, ...]
    text: str | None
    severity: str | None
    handoff: str | None
    at_words: int
    at_turns: int
    within_hours: int
    effective_from: date
    effective_until: date | None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What one message tells of; `words`: how many different ones of `stirred` stand in it."""

    danger: Rule | None = None
    stirred: Rule | None = None
    words: int = 0
    kinds: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@cache
def _compiled(patterns: tuple[str, ...], phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join([*patterns, *map(re.escape, phrases)]))


def _in(rule: Rule, said: str) -> bool:
    return _compiled(rule.patterns, rule.phrases).search(said) is not None


def in_force(rules: Iterable[Rule], day: date) -> list[Rule]:
    """Of each code the version approved last of those that have begun, unless it has ended."""
    return [rule for rule in last_begun(rules, day) if rule.effective_until is None or day < rule.effective_until]


def hear(rules: Iterable[Rule], text: str, day: date) -> Heard:
    said, held = plain(simplified(text)), in_force(rules, day)
    told = _dangers(held, said)
    stirred, words = _stirred(held, said)
    danger = min(told, key=lambda rule: ORDER.index(Danger(rule.says)), default=None)
    hit = [*told, *([stirred] if stirred is not None else [])]
    return Heard(
        danger, stirred, words, tuple(dict.fromkeys(rule.kind for rule in hit)), tuple(rule.code for rule in hit)
    )


def _dangers(held: Sequence[Rule], said: str) -> list[Rule]:
    """Whose life is in danger is heard, unless the words themselves tell of something else."""
    left = {says: _calmed(held, says, _asides_out(held, says, said)) for says in Danger}
    found = []
    for rule in held:
        if rule.use != Use.DANGER or (rule.says != Danger.LIFE and _in_general(held, rule.says, said)):
            continue
        if _in(rule, left[Danger(rule.says)]):
            found.append(rule)
    return found


def _without(held: Sequence[Rule], use: Use, says: str, said: str, instead: str) -> str:
    for rule in held:
        if rule.use == use and rule.says == says:
            said = _compiled(rule.patterns, rule.phrases).sub(instead, said)
    return said


def _any_in(held: Sequence[Rule], use: Use, says: str, said: str) -> bool:
    return any(rule.use == use and rule.says == says and _in(rule, said) for rule in held)


def _in_general(held: Sequence[Rule], about: str, said: str) -> bool:
    return _any_in(held, Use.GENERAL, about, said)


def _asides_out(held: Sequence[Rule], says: Danger, said: str) -> str:
    left = _without(held, Use.ASIDE, says, said, "，")
    return said if left != said and _any_in(held, Use.DOUBT, says, left) else left


def _calmed(held: Sequence[Rule], says: Danger, said: str) -> str:
    """Without the words that are only thrown at the bank."""
    calm = _without(held, Use.ANGER, says, said, "")
    return said if _any_in(held, Use.TAKEN, says, calm) else calm


def _stirred(held: Sequence[Rule], said: str) -> tuple[Rule | None, int]:
    """The first in the order of `Stirred`; with strong words beside it, those count."""
    found: dict[str, tuple[Rule, int]] = {}
    for rule in held:
        if rule.use == Use.STIRRED and not _in_general(held, rule.says, said):
            words = {match.group() for match in _compiled(rule.patterns, rule.phrases).finditer(said)}
            if words:
                found[rule.says] = (rule, len(words))
    at_once = [each for each in found.values() if 0 < each[0].at_words <= each[1]]
    ordered = [found[each] for each in Stirred if each in found]
    return next(iter([*at_once, *ordered]), (None, 0))


def rule_of(row: dict[str, Any]) -> Rule:
    """As it stands in dangers.yml."""
    return Rule(
        code=row["code"], kind=row["kind"], use=row["use"], says=row["says"], patterns=tuple(row["patterns"]),
        phrases=tuple(row.get("phrases", ())), text=row.get("text"), severity=row.get("severity"),
        handoff=row.get("handoff"), at_words=row.get("at_words", 0), at_turns=row.get("at_turns", 0),
        within_hours=row.get("within_hours", 24), effective_from=row["effective_from"],
        effective_until=row.get("effective_until"),
    )  # fmt: skip


@cache
def delivered() -> tuple[Rule, ...]:
    return tuple(map(rule_of, yaml.safe_load(DELIVERED.read_text(encoding="utf-8"))))


def danger_in(text: str) -> Danger | None:
    """By the delivered rules, all of them."""
    heard = hear(delivered(), text, max(rule.effective_from for rule in delivered()))
    return Danger(heard.danger.says) if heard.danger is not None else None
