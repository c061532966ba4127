from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from channels.envelope import Asked, Reply


class Words:
    """The sentences of one file in this folder, with their choices; `{names}` are filled when they are said."""

    def __init__(self, name: str) -> None:
        content: dict[str, Any] = yaml.safe_load((Path(__file__).parent / f"{name}.yml").read_text(encoding="utf-8"))
        self._sentences: dict[str, dict[str, Any]] = content.get("says", {})
        self._understands: dict[str, list[str]] = content.get("understands", {})
        self._phrases: dict[str, str] = content.get("phrases", {})
        self.notices: dict[str, str] = content.get("notices", {})
        self.menu: dict[str, str] = content.get("menu", {})

    def say(
        self,
        name: str,
        facts: Mapping[str, object] | None = None,
        *,
        asks: Asked | None = None,
        choices: list[str] | None = None,
    ) -> Reply:
        sentence = self._sentences[name]
        said = str(sentence["text"]).strip().format_map(facts or {})
        return Reply(text=said, choices=choices or sentence.get("choices", []), asks=asks)

    def phrase(self, name: str, facts: Mapping[str, object] | None = None) -> str:
        """A part of a sentence, or of a choice."""
        return self._phrases[name].format_map(facts or {})

    def means(self, name: str, text: str) -> bool:
        """Whole words of agreement and the like: `=词` is the whole text, anything else is contained in it."""
        bare = text.strip().strip("。！？!?.,，～~ ").lower()
        return any(bare == word[1:] if word.startswith("=") else word in bare for word in self._understands[name])
