from collections.abc import Iterable
from typing import NamedTuple

from knowledge.analyzer import default_lexicon

EXCERPT = 120
LEAD = 20


class Segment(NamedTuple):
    text: str
    matched: bool


def highlight(text: str, terms: Iterable[str]) -> tuple[Segment, ...]:
    return _segments(text, _spans(text, terms), 0, len(text))


def excerpt(text: str, terms: Iterable[str], length: int = EXCERPT) -> tuple[Segment, ...]:
    """The stretch of the text that holds most matches, for a list of hits."""
    spans = _spans(text, terms)
    start = max(
        (max(0, first - LEAD) for first, _ in spans),
        key=lambda begin: sum(begin <= a and b <= begin + length for a, b in spans),
        default=0,
    )
    return _segments(text, spans, start, min(len(text), start + length))


def _spans(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    normal = default_lexicon().normalise(text)
    found = sorted(
        (at, at + len(term)) for term in set(terms) if term for at in range(len(normal)) if normal.startswith(term, at)
    )
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _segments(text: str, spans: list[tuple[int, int]], start: int, end: int) -> tuple[Segment, ...]:
    pieces = []
    at = start
    for first, last in ((max(a, start), min(b, end)) for a, b in spans if a < end and b > start):
        pieces += [Segment(text[at:first], False), Segment(text[first:last], True)]
        at = last
    pieces.append(Segment(text[at:end], False))
    return tuple(piece for piece in pieces if piece.text)
