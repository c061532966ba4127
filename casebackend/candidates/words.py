"""The lists of words.yml as the finders want them."""

from pathlib import Path

import yaml

FILE = Path(__file__).with_name("words.yml")
_SAID: dict[str, str] = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(_SAID[name].split())


def _longest_first(name: str) -> str:
    """For a pattern: of two words that begin alike the longer one is tried first."""
    return "|".join(sorted(_words(name), key=lambda word: (-len(word), word)))


HAN = f"[^\\W\\d_a-zA-Z{_SAID['stops']}]"
NO_SURNAME_AFTER = _SAID["no_surname_after"]
TITLES, OCCUPATIONS, CONDITIONS, LEADS = map(_longest_first, ("titles", "occupations", "conditions", "leads"))
LATIN, WIDE, NOBODY, NOWHERE, GENERIC = map(_words, ("latin", "wide", "nobody", "nowhere", "generic"))
