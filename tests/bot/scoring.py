"""Sentences that the model has not seen, what they are for, and how near they stand to those that it learned."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.components.normalise import normalise

ROOT = Path(__file__).resolve().parents[2]
HELD_OUT = Path(__file__).parent / "heldout" / "purposes.yml"
DEVELOPMENT = Path(__file__).parent / "development" / "purposes.yml"
# What a purpose of the files may be called by the bot: the answer to a survey is its feedback, a told fact its
# story; whoever repeats what he was asked about says yes to it (the same action follows).
CALLED = {"survey_answer": {"feedback"}, "inform": {"inform", "complaint"}}
REPEATED = {("affirm", "withdraw"): {"affirm", "withdraw"}, ("affirm", "offer"): {"affirm", "handoff"}}
# Shares of their pairs of characters in common above which two sentences are the same.
NEAR = 0.7


@dataclass(frozen=True)
class Said:
    purpose: str
    asked: str | None
    text: str


@dataclass
class Score:
    asked: "Counter[str]" = field(default_factory=Counter)
    right: "Counter[str]" = field(default_factory=Counter)
    wrong: "list[tuple[Said, str]]" = field(default_factory=list)

    @property
    def share(self) -> float:
        return sum(self.right.values()) / sum(self.asked.values())

    def by_purpose(self) -> "dict[str, float]":
        return {name: self.right[name] / times for name, times in self.asked.items()}


def said(path: Path) -> "Iterator[Said]":
    for purpose, talks in yaml.safe_load(path.read_text("utf-8")).items():
        for asked, texts in talks.items():
            for text in texts:
                yield Said(purpose, None if asked == "nothing" else asked, str(text))


def scored(sentences: "Iterator[Said]", taken_for: "Callable[[str, str | None], str]") -> Score:
    score = Score()
    for each in sentences:
        got = taken_for(each.text, each.asked)
        score.asked[each.purpose] += 1
        if got in REPEATED.get((each.purpose, each.asked or ""), CALLED.get(each.purpose, {each.purpose})):
            score.right[each.purpose] += 1
        else:
            score.wrong.append((each, got))
    return score


def learned() -> "dict[str, str]":
    """Each training sentence and its purpose."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "training_data" / "nlu").glob("*.yml")):
        for intent in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            found.update({line.removeprefix("- "): intent["intent"] for line in intent["examples"].splitlines()})
    return found


def pairs(text: str) -> "frozenset[str]":
    text = f"^{normalise(text)}$"
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


class Learned:
    """Finds the learned sentence that shares most with another one."""

    def __init__(self) -> None:
        self._sentences = [(text, pairs(text)) for text in learned()]
        self._holding: dict[str, list[int]] = {}
        for at, (_, held) in enumerate(self._sentences):
            for pair in held:
                self._holding.setdefault(pair, []).append(at)

    def nearest(self, text: str) -> "tuple[float, str]":
        mine = pairs(text)
        common = Counter(at for pair in mine for at in self._holding.get(pair, ()))
        found = [(n / len(mine | self._sentences[at][1]), self._sentences[at][0]) for at, n in common.items()]
        return max(found, default=(0.0, ""))
