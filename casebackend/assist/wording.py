"""Puts a ready reply together from the wording of an entry and the facts of a case, and looks for what nobody may say.
Nothing here makes up a sentence."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.analyzer import default_lexicon

FILE = Path(__file__).with_name("wording.yml")
# What a reply may leave to the case; anything else in braces stays a gap.
VARIABLES = ("客户称呼", "投诉编号", "登记时间", "答复期限", "受理单位", "金额", "联系电话")
PLACE = re.compile(r"\{([^{}\n]{1,20})\}(元?)")
OPEN_PLACE = re.compile(r"【请填写：([^】\n]{1,20})】")
GREETING = re.compile(r"^(?:\{客户称呼\}[，,：:]?\s*|[^，。！？!?\n]{0,12}[，,]?\s*(?:您好|你好)[，,。！!：:]?\s*)+")
CLAUSE = re.compile(r"[，。！？；：、,.!?;:\n]")
SENTENCE = re.compile(r"[。！？!?\n]")
AROUND = 14


@dataclass(frozen=True, slots=True)
class Phrase:
    say: str
    but: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remedies:
    effective_from: date
    source: str
    of_branch: str
    of_head_office: str
    recognised: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    sentence: str
    recognised: tuple[str, ...]
    remedies: tuple[Remedies, ...]
    negations: tuple[str, ...]
    promises: tuple[Phrase, ...]
    admissions: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What stands in a text and may not be said to a customer."""

    promises: tuple[str, ...]
    admissions: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.promises or self.admissions)

    @property
    def named(self) -> str:
        parts = [("承诺", self.promises), ("认责", self.admissions)]
        return "；".join(f"{what}：“{'”“'.join(said)}”" for what, said in parts if said)


@cache
def wording() -> Wording:
    read: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Wording(
        sentence=read["empathy"]["sentence"],
        recognised=tuple(read["empathy"]["recognised"]),
        remedies=tuple(Remedies(**each | {"recognised": tuple(each["recognised"])}) for each in read["remedies"]),
        negations=tuple(read["negations"]),
        promises=_phrases(read["promises"]),
        admissions=_phrases(read["admissions"]),
    )


def _phrases(rows: Sequence[Mapping[str, Any]]) -> tuple[Phrase, ...]:
    return tuple(Phrase(row["say"], tuple(row.get("but", ())), tuple(row.get("after", ()))) for row in rows)


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


def remedies_on(day: date) -> Remedies | None:
    """The rule in force on a day."""
    rows = [each for each in wording().remedies if each.effective_from <= day]
    return max(rows, key=lambda each: each.effective_from, default=None)


def forbidden(text: str) -> Forbidden:
    """However it is written: spaces, invisible characters, full width and traditional characters hide nothing."""
    plain = default_lexicon().normalise(re.sub(r"[\s\u200b-\u200d\ufeff]+", "", unicodedata.normalize("NFKC", text)))
    return Forbidden(_said(plain, wording().promises), _said(plain, wording().admissions))


def _said(plain: str, phrases: Sequence[Phrase]) -> tuple[str, ...]:
    return tuple(each.say for each in phrases if any(_meant(plain, each, at) for at in _places(plain, each.say)))


def _places(plain: str, words: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(words), plain)]


def _meant(plain: str, phrase: Phrase, at: int) -> bool:
    if any(plain.startswith(word, at) for word in phrase.but):
        return False
    before = CLAUSE.split(plain[max(0, at - AROUND) : at])[-1]
    if phrase.after and before and not before.endswith(phrase.after):
        return False
    return not any(word in before for word in wording().negations)
