"""Puts a ready reply together from the wording of an entry and the facts of a case. Nothing here makes up a sentence.
What nobody may say stands in `knowledge.sayable`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("wording.yml")
# What a reply may leave to the case; anything else in braces stays a gap.
VARIABLES = ("客户称呼", "投诉编号", "登记时间", "答复期限", "受理单位", "金额", "联系电话")
PLACE = re.compile(r"\{([^{}\n]{1,20})\}(元?)")
OPEN_PLACE = re.compile(r"【请填写：([^】\n]{1,20})】")
GREETING = re.compile(r"^(?:\{客户称呼\}[，,：:]?\s*|[^，。！？!?\n]{0,12}[，,]?\s*(?:您好|你好)[，,。！!：:]?\s*)+")
# What may be cut off without a loss: a name or a greeting that stands for itself.
SALUTATION = re.compile(
    r"^(?:\{客户称呼\}[，,：:]\s*)?(?:[^，。！？!?\n]{0,12}[，,]?\s*(?:您好|你好)[，,。！!：:]\s*)?"
)
SENTENCE = re.compile(r"[。！？!?\n]")


@dataclass(frozen=True, slots=True)
class Remedies:
    effective_from: date
    source: str
    of_branch: str
    of_head_office: str
    ways_of_branch: tuple[str, ...]
    ways_of_head_office: tuple[str, ...]

    def told_by(self, *, branch: bool) -> tuple[str, tuple[str, ...]]:
        """The text that names the ways, and the ways."""
        return (self.of_branch, self.ways_of_branch) if branch else (self.of_head_office, self.ways_of_head_office)


@dataclass(frozen=True, slots=True)
class Wording:
    sentence: str
    recognised: tuple[str, ...]
    remedies: tuple[Remedies, ...]


@cache
def wording() -> Wording:
    read: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Wording(
        sentence=read["empathy"]["sentence"],
        recognised=tuple(read["empathy"]["recognised"]),
        remedies=tuple(_remedies(each) for each in read["remedies"]),
    )


def _remedies(row: Mapping[str, Any]) -> Remedies:
    ways = {name: tuple(row[name]) for name in ("ways_of_branch", "ways_of_head_office")}
    return Remedies(**{**row, **ways})


def filled(reply: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """The reply with the facts in it, and the names of those that nobody knows: their places stay to be seen."""
    open_places: list[str] = []

    def fact(match: re.Match[str]) -> str:
        name, unit = match.groups()
        value = values.get(name) if name in VARIABLES else None
        if value:
            return value if not unit or value.endswith(unit) else value + unit
        open_places.append(name)
        return f"【请填写：{name}】{unit}"

    return PLACE.sub(fact, reply), list(dict.fromkeys(open_places))


def with_empathy(reply: str) -> str:
    """First the person, then the matter."""
    greeting = GREETING.match(reply)
    head, rest = (reply[: greeting.end()], reply[greeting.end() :]) if greeting else ("", reply)
    first = SENTENCE.split(rest.strip(), maxsplit=1)[0]
    if any(word in first for word in wording().recognised):
        return reply
    return f"{head}{wording().sentence}{rest}"


def without_greeting(reply: str) -> str:
    """What is left where a text is put into the midst of a letter; a greeting alone stays."""
    return SALUTATION.sub("", reply, count=1).strip() or reply


def remedies_on(day: date) -> Remedies | None:
    """The rule in force on a day."""
    rows = [each for each in wording().remedies if each.effective_from <= day]
    return max(rows, key=lambda each: each.effective_from, default=None)
