"""What the index has no word for, and which other words it has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from knowledge.analyzer import default_lexicon

MOST = 3
LIKE, LIKE_ID = 0.5, 0.7


@dataclass(frozen=True, slots=True)
class Advice:
    """Why nothing was found: how many hits there are `without` each bound, `elsewhere` with none at all, `loose` when
    quotes and article numbers are not required, and under other words; `day`: when the newest of them counted."""

    without: Mapping[str, int]
    elsewhere: int
    loose: Mapping[str, int]
    near: Mapping[str, int]
    day: date | None


def unknown_words(query: str, reader: Any) -> tuple[str, ...]:
    """Words of the query that stand in no entry, whatever day and bound."""
    words = dict.fromkeys(piece.text for piece in default_lexicon().words(query))
    return tuple(word for word in words if not _known(word, reader))


def other_wordings(query: str, unknown: tuple[str, ...], reader: Any) -> list[str]:
    """The query with what colleagues call the same thing, or with the most similar word that is known."""
    normal = default_lexicon().normalise(query).strip()
    offered = [
        normal.replace(said, concept)
        for concept, said in default_lexicon().concepts(query)
        if concept != said and _known(concept, reader)
    ]
    for word in unknown:
        offered += [normal.replace(word, like) for like in _alike(word, reader)]
    return [words for words in dict.fromkeys(offered) if words != normal][:MOST]


def _known(word: str, reader: Any) -> bool:
    if ("id", word) in reader:
        return True
    grams = [gram.text for gram in default_lexicon().grams(word)]
    pairs = [gram for gram in grams if len(gram) > 1] or grams
    return bool(pairs) and all(("grams", gram) in reader for gram in pairs)


def _alike(word: str, reader: Any) -> list[str]:
    if word.isascii():
        ids = [term.decode() for term in reader.lexicon("id")]
        return get_close_matches(word, ids, n=1, cutoff=LIKE_ID)
    near = [term for term in _words(reader) if abs(len(term) - len(word)) < 2 and set(term) & set(word)]
    return get_close_matches(word, near, n=2, cutoff=LIKE)


def _words(reader: Any) -> Iterator[str]:
    for field in ("title", "questions"):
        yield from (term.decode() for term in reader.lexicon(field) if len(term) > 3)
