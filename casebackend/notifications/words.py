"""What we say to customers. The words live in templates/*.yml; a customer's text is never a template."""

from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

TEMPLATES = Path(__file__).with_name("templates")


class UnknownWords(Exception):
    """A name without a template, or one without a value that it needs: a bug, found by the first test that speaks."""


@lru_cache(maxsize=1)
def _templates() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(TEMPLATES.glob("*.yml")):
        for name, entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if name in found:
                raise UnknownWords(f"{name} is written twice")
            found[name] = entry if isinstance(entry, dict) else {"text": str(entry)}
    return found


def _template(name: str) -> dict[str, Any]:
    try:
        return _templates()[name]
    except KeyError:
        raise UnknownWords(name) from None


def needed(text: str) -> set[str]:
    """Names of the values in a template; anything but a plain name is refused."""
    wanted = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
    if any(not field.isidentifier() for field in wanted):
        raise UnknownWords(f"a template may only hold plain names: {sorted(wanted)}")
    return wanted


def words(name: str, /, **values: object) -> str:
    text = str(_template(name)["text"]).strip()
    absent = needed(text) - values.keys()
    if absent:
        raise UnknownWords(f"{name} needs {sorted(absent)}")
    return text.format_map(values)


def first_known(*names: str) -> str:
    """Of names from the narrowest to the widest, the first that has a template."""
    return next((name for name in names if name in _templates()), names[-1])


def subject(name: str, /, **values: object) -> str:
    """The line above a mail; of words that carry none, nothing."""
    text = str(_template(name).get("subject", "")).strip()
    absent = needed(text) - values.keys()
    if absent:
        raise UnknownWords(f"{name} needs {sorted(absent)}")
    return text.format_map(values)


def channels(name: str) -> list[str]:
    """Besides the console: by which other ways these words reach a colleague."""
    return [str(channel) for channel in _template(name).get("channels", [])]


def choices(name: str) -> list[str]:
    return [str(choice) for choice in _template(name).get("choices", [])]


def version(name: str) -> str:
    """The version of a text whose wording must be provable later, such as the privacy notice."""
    return str(_template(name)["version"])


def all_names() -> list[str]:
    return sorted(_templates())
