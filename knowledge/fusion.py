"""One order out of two: that of the words for people, and that of the entries that answer what was asked."""

from collections.abc import Sequence
from typing import NamedTuple

# So many of the best by words change places with what answers; whatever follows keeps its order.
HEAD = 100
# Reciprocal ranks: a smaller number lets the first places weigh more. Which entry answers is known better than which
# holds the words.
FLATTENING = 10
WORDS, ANSWERS = 1.0, 2.0


class Answer(NamedTuple):
    """An entry of the arrays, the best first. `sure`: it answers even where none of the words was found in it."""

    article_id: str
    version: int
    sure: bool


def fused(by_words: Sequence[int], answering: Sequence[int]) -> list[int]:
    """The same for every page: it depends on the heads of both orders, not on where a page begins."""
    head = by_words[:HEAD]
    scores: dict[int, float] = {}
    for order, weight in ((head, WORDS), (answering, ANSWERS)):
        for place, number in enumerate(order):
            scores[number] = scores.get(number, 0.0) + weight / (FLATTENING + place)
    first = sorted(scores, key=lambda number: -scores[number])
    return first + [number for number in by_words[HEAD:] if number not in scores]
