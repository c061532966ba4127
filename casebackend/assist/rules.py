"""What is asked of the knowledge, and how much of a suggestion was kept. Standard library only."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

CARDS = 5
SHORT = 8
LOOK_BACK = 3
TOKENS = re.compile(r"\[[^\[\]#]{1,6}#\d+\]")
ENOUGH = 1_000


def question(customer_words: Sequence[str]) -> str:
    """The last message; when it is short ("是的"), the ones before it too. Newest last."""
    cleaned = [TOKENS.sub(" ", words).strip() for words in customer_words]
    asked = ""
    for words in reversed(cleaned[-LOOK_BACK:]):
        asked = f"{words} {asked}".strip()
        if len(asked) >= SHORT:
            break
    return asked[-ENOUGH:]


def kept(suggested: str, sent: str) -> float:
    """Share of the suggested text that was sent, 0..1."""
    if not suggested:
        return 0.0
    same = sum(block.size for block in SequenceMatcher(None, suggested, sent, autojunk=False).get_matching_blocks())
    return round(same / len(suggested), 3)
