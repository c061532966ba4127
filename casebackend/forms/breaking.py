"""Where a line of Chinese text ends. Standard library only."""

import re
from collections.abc import Callable, Iterator

# A word or number in Latin letters and the code of a missing character stay whole; all else breaks anywhere.
PIECES = re.compile(r"〔U\+[0-9A-F]+〕|[!-~]+|.", re.DOTALL)
NOT_FIRST = frozenset("，。、；：？！）》」』】〕”’%‰…—,.;:?!)]}>")

type Measure = Callable[[str], float]


def lines(text: str, width: float, measure: Measure) -> list[str]:
    """Every paragraph of `text` in lines of at most `width`; a piece that is wider than a line is cut."""
    return [line for paragraph in text.split("\n") for line in _of(paragraph, width, measure)]


def _of(paragraph: str, width: float, measure: Measure) -> Iterator[str]:
    line: list[str] = []
    used = 0.0
    for piece in _pieces(paragraph, width, measure):
        wide = measure(piece)
        if line and used + wide > width:
            carried = _carried(line, piece)
            yield "".join(line)
            line, used = carried, sum(map(measure, carried))
            if piece == " " and not line:
                continue
        line.append(piece)
        used += wide
    yield "".join(line)


def _pieces(paragraph: str, width: float, measure: Measure) -> Iterator[str]:
    for piece in PIECES.findall(paragraph):
        if measure(piece) > width:
            yield from piece
        else:
            yield piece


def _carried(line: list[str], following: str) -> list[str]:
    """What goes down to the next line with a mark that may not begin one."""
    if following[0] in NOT_FIRST and len(line) > 1:
        return [line.pop()]
    return []
