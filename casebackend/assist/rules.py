"""What is asked of the knowledge, and how much of a suggestion was kept. Standard library only."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from casebackend.conversations.rules import Asked

CARDS = 5
SHORT = 8
FEW = 3
LOOK_BACK = 12
TOKENS = re.compile(r"\[[^\[\]#]{1,6}#\d+\]")
ENOUGH = 1_000
TELLING = frozenset({Asked.FACTS, Asked.DEMAND})


def questions(customer_words: Sequence[str]) -> list[str]:
    """What to ask, the best first: the last message, with those before it while it is short ("是的"); then all that
    was said lately, for customers whose last words only answer a question of ours. Newest last."""
    cleaned = [words for raw in customer_words if (words := TOKENS.sub(" ", raw).strip())]
    asked = ""
    for words in reversed(cleaned[-FEW:]):
        asked = f"{words} {asked}".strip()
        if len(asked) >= SHORT:
            break
    found = [asked[-ENOUGH:], " ".join(cleaned)[-ENOUGH:]]
    return [question for question in dict.fromkeys(found) if question]


def stories(said: Sequence[tuple[str, str | None]]) -> list[str]:
    """Messages with the question each answered, newest last: what tells more of one story is put together."""
    told: list[str] = []
    for words, asked in said:
        if told and asked in TELLING:
            told[-1] += f" {words}"
        else:
            told.append(words)
    return told


def kept(suggested: str, sent: str) -> float:
    """Share of the suggested text that was sent, 0..1."""
    if not suggested:
        return 0.0
    same = sum(block.size for block in SequenceMatcher(None, suggested, sent, autojunk=False).get_matching_blocks())
    return round(same / len(suggested), 3)
