"""Words that stand in bot/lexicon: what choices say, and what is mentioned. Python 3.10; imports nothing of Rasa."""

from pathlib import Path
from typing import Any, Dict, List

import yaml

from bot.components.normalise import normalise

LEXICON = Path(__file__).resolve().parent / "lexicon"


def _read(name: str) -> Dict[str, Any]:
    return dict(yaml.safe_load((LEXICON / name).read_text("utf-8")))


CHOICES: Dict[str, str] = _read("choices.yml")
MENTIONS: Dict[str, List[str]] = _read("mentions.yml")


def titles(items: List[str], each: str) -> List[str]:
    """What is shown for the items that an action handed over: `urge_it TS…` by its name, the others by the pattern."""
    found = []
    for item in items:
        name, _, rest = item.partition(" ")
        found.append(CHOICES[name].replace("*", rest) if name in CHOICES else each.replace("*", item))
    return found


def mentioned(text: str) -> List[str]:
    folded = normalise(text)
    return [name for name, words in MENTIONS.items() if any(word in folded for word in words)]
