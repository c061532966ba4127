"""What a closed case can teach without its people. Pure: texts and what is known of the case in, texts and report out.

The inbox made tokens of the personal data it saw. Here tokens become roles, and what is left of names, numbers, exact
amounts, days, places and units goes as well; what describes a person goes where two such things come together.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from casebackend.candidates import finders
from casebackend.candidates.marks import Mark, Replaced, What, applied, joined
from casebackend.candidates.words import CONDITIONS, OCCUPATIONS

AGE = re.compile(
    r"(?<!\d)(?P<digits>\d{1,3})\s?(?:多|来)?周?岁|(?P<han>[一二三四五六七八九]?十[一二三四五六七八九]?)多?周?岁"
)
JOB = re.compile(OCCUPATIONS)
CONDITION = re.compile(CONDITIONS)


@dataclass(frozen=True, slots=True)
class Known:
    """`values`: plain values of the case's people and things with what takes their place. `units`: names of units."""

    values: Mapping[str, tuple[What, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Redacted:
    texts: Mapping[str, str]
    replaced: Mapping[str, tuple[Replaced, ...]]

    def report(self) -> dict[str, Any]:
        """Each thing that was replaced: where, of what kind, by which word. What it was is not said."""
        every = [each for places in self.replaced.values() for each in places]
        counts = Counter((each.what.value, each.word) for each in every)
        return {
            "total": len(every),
            "kinds": dict(Counter(each.what.value for each in every)),
            "items": [{"what": what, "word": word, "count": n} for (what, word), n in sorted(counts.items())],
            "places": {
                name: [[*each.was, *each.now, each.what.value] for each in places]
                for name, places in self.replaced.items()
            },
        }


def redacted(texts: Mapping[str, str], known: Known) -> Redacted:
    found = {name: list(_found(text, known)) for name, text in texts.items()}
    portraits = {name: list(_portrait(text)) for name, text in texts.items()}
    told = {kind for marks in portraits.values() for kind, _ in marks}
    placed = any(mark.what is What.PLACE for marks in found.values() for mark in marks)
    together = len(told) + placed > 1
    made = {}
    for name, text in texts.items():
        portrait = [mark for kind, mark in portraits[name] if together or kind == "age"]
        if not together:
            portrait = [
                Mark(each.start, each.end, each.what, _decade(text[each.start : each.end]), each.rank)
                for each in portrait
            ]
        made[name] = applied(text, joined([*found[name], *portrait]))
    return Redacted(
        {name: text for name, (text, _) in made.items()}, {name: places for name, (_, places) in made.items()}
    )


def _found(text: str, known: Known) -> Iterator[Mark]:
    yield from finders.tokens(text)
    yield from finders.known(text, known.values)
    yield from finders.dates(text)
    yield from finders.amounts(text)
    yield from finders.numbers(text)
    yield from finders.places(text, known.units)
    yield from finders.people(text, finders.tagged(text))


def _portrait(text: str) -> Iterator[tuple[str, Mark]]:
    for kind, pattern, word in (
        ("age", AGE, "某年龄段"),
        ("job", JOB, "某职业"),
        ("condition", CONDITION, "有特殊情况"),
    ):
        for match in pattern.finditer(text):
            yield kind, Mark(*match.span(), What.PORTRAIT, word, 15)


def _decade(age: str) -> str:
    digits = re.search(r"\d+", age)
    if digits is None:
        tens = age[0] if age[0] != "十" else "一"
        return "十多岁" if tens == "一" else f"{tens}十多岁"
    years = int(digits[0])
    return "未成年" if years < 18 else f"{years // 10 * 10}多岁" if years < 90 else "九十岁以上"
