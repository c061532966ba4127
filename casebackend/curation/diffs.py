"""What one text says otherwise than another, character by character. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from re import findall

# Comparing characters is quadratic; longer texts are compared by their sentences.
LONGEST = 3_000
SENTENCE = r"[^。！？；\n]*[。！？；\n]?"


class Mark(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    mark: Mark
    text: str


def diff(old: str, new: str) -> list[Piece]:
    """Put together without what is gone it is `new`, without what is new it is `old`."""
    whole = max(len(old), len(new)) > LONGEST
    left, right = (findall(SENTENCE, old), findall(SENTENCE, new)) if whole else (list(old), list(new))
    pieces: list[Piece] = []
    for kind, first, last, start, end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        gone, fresh = "".join(left[first:last]), "".join(right[start:end])
        if kind == "equal":
            pieces.append(Piece(Mark.SAME, gone))
            continue
        pieces += [Piece(Mark.GONE, gone)] if gone else []
        pieces += [Piece(Mark.NEW, fresh)] if fresh else []
    return pieces


def changed(
    old: Mapping[str, str], new: Mapping[str, str], *, whole: Collection[str] = ()
) -> list[tuple[str, list[Piece]]]:
    """The named texts that differ, in the order of `new`; a day or a choice in `whole` is another one as a whole."""
    differing = [(name, old.get(name, ""), text) for name, text in new.items() if old.get(name, "") != text]
    return [(name, _replaced(was, now) if name in whole else diff(was, now)) for name, was, now in differing]


def _replaced(old: str, new: str) -> list[Piece]:
    return [piece for piece in (Piece(Mark.GONE, old), Piece(Mark.NEW, new)) if piece.text]
