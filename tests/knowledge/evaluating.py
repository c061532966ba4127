"""The blind sets of tests/knowledge/evaluation, as totals only: nobody who tunes the engine reads the sentences. Those
of tests/knowledge/tuning are there to be read."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import yaml

from knowledge.articles import Article
from knowledge.encoder import Encoder
from knowledge.ranking import Suggester

BLIND, TUNING = (Path(__file__).with_name(name) for name in ("evaluation", "tuning"))
ON = date(2026, 11, 22)


class Question(NamedTuple):
    id: str
    text: str


def questions(name: str, folder: Path = BLIND) -> list[Question]:
    rows = yaml.safe_load((folder / f"{name}.yml").read_text(encoding="utf-8"))
    return [Question(row["id"], row["text"]) for row in rows]


def by_id(suggester: Suggester, *, floor: float | None = None) -> Callable[[str, int], list[str]]:
    """As it is ranked; with a floor only what is good enough to be shown."""

    def rank(text: str, limit: int) -> list[str]:
        found = suggester.suggest(text, on=ON, limit=limit, floor=floor or 0.0)
        return [each.article.id for each in found]

    return rank


def taught(articles: Iterable[Article], encoder: Encoder | None = None, folder: Path = BLIND) -> Suggester:
    learned = [(each.id, each.text) for each in questions("learned", folder)]
    return Suggester(articles, learned, encoder=encoder)
