"""What nobody may say to a customer without approval: promises of an outcome, admissions of fault. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.analyzer import default_lexicon

FILE = Path(__file__).with_name("sayable.yml")
HIDDEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
PART = re.compile(r"<([a-z]+)>")
CLAUSE = re.compile(r"[，。！？；、,.!?;\n]")
# So far before a phrase stands what excuses it.
NEAR, FAR = 30, 200
SENTENCE = re.compile(r"[。！？；!?;\n]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """`open`: an outcome, said freely where it hangs on what is found. `unless`: what else before it excuses it."""

    say: str
    written: tuple[re.Pattern[str], ...]
    open: bool
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Phrases:
    promises: tuple[Phrase, ...]
    admissions: tuple[Phrase, ...]
    excused: Mapping[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What stands in a text and may not be said to a customer, as the list names it: no word of the text itself."""

    promises: tuple[str, ...]
    admissions: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.promises or self.admissions)

    @property
    def named(self) -> str:
        parts = [("承诺", self.promises), ("认责", self.admissions)]
        return "；".join(f"{what}：“{'”“'.join(said)}”" for what, said in parts if said)


@cache
def phrases() -> Phrases:
    read: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    words: dict[str, str] = read["words"]
    return Phrases(
        promises=tuple(_phrase(row, words) for row in read["promises"]),
        admissions=tuple(_phrase(row, words) for row in read["admissions"]),
        excused={name: re.compile(pattern) for name, pattern in read["excused"].items()},
    )


def _phrase(row: Mapping[str, Any], words: Mapping[str, str]) -> Phrase:
    def compiled(pattern: str) -> re.Pattern[str]:
        while PART.search(pattern):
            pattern = PART.sub(lambda part: words[part[1]], pattern)
        return re.compile(pattern)

    unless = row.get("unless")
    return Phrase(
        say=row["say"],
        written=tuple(map(compiled, row["written"])),
        open=bool(row.get("open")),
        unless=compiled(unless) if unless else None,
    )


def forbidden(text: str) -> Forbidden:
    """However it is written: spaces, invisible characters, full width and traditional characters hide nothing."""
    plain = default_lexicon().normalise(HIDDEN.sub("", unicodedata.normalize("NFKC", text)))
    known = phrases()
    return Forbidden(
        tuple(each.say for each in known.promises if _said(plain, each, ("denied", "reported", "third"))),
        tuple(each.say for each in known.admissions if _said(plain, each, ("denied", "reported", "if_ours"))),
    )


def _said(plain: str, phrase: Phrase, excuses: Sequence[str]) -> bool:
    return any(not _excused(plain, phrase, at, excuses) for pattern in phrase.written for at in _places(plain, pattern))


def _places(plain: str, pattern: re.Pattern[str]) -> Iterator[int]:
    """Overlapping ones too: what is excused hides nothing behind it."""
    found = pattern.search(plain)
    while found:
        yield found.start()
        found = pattern.search(plain, found.start() + 1)


def _excused(plain: str, phrase: Phrase, at: int, excuses: Sequence[str]) -> bool:
    sentence = SENTENCE.split(plain[max(0, at - FAR) : at])[-1]
    clause = CLAUSE.split(sentence)[-1][-NEAR:]
    known = phrases().excused
    if any(known[name].search(clause) for name in excuses):
        return True
    if phrase.open and (known["open"].search(clause) or known["if_found"].search(sentence)):
        return True
    return phrase.unless is not None and phrase.unless.search(clause) is not None
