"""Where the nodes of a case stand in the picture, in the units of its viewBox. Standard library only."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from casebackend.cases.progress import Node, Phase

MOST = 14
FIRST = 2
COLUMNS, CELL, ROW, TOP = 12, 115, 84, 20
LOW = 58
STEP, SIDE = 50, 20


@dataclass(frozen=True, slots=True)
class Dot:
    """A node in the picture; without one it stands for `hidden` stays that are folded away."""

    x: int
    y: int
    node: Node | None
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    x1: int
    y1: int
    x2: int
    y2: int
    planned: bool


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    dots: list[Dot]
    lines: list[Line]


def folded(nodes: Sequence[Node]) -> list[Node | int]:
    """A long history keeps its beginning, its latest stays and its plan; a number stands for what lies between.

    A fold of one stay would save nothing."""
    walked = sum(node.phase is not Phase.PLANNED for node in nodes)
    hidden = min(len(nodes) - MOST + 1, walked - FIRST - 1)
    if len(nodes) <= MOST or hidden < 2:
        return list(nodes)
    return [*nodes[:FIRST], hidden, *nodes[FIRST + hidden :]]


def wide(nodes: Sequence[Node]) -> Picture:
    """In rows from left to right, like lines of text; of several rows none has a step alone."""
    shown = folded(nodes)
    rows = max(1, -(-len(shown) // COLUMNS))
    columns = max(1, -(-len(shown) // rows))
    width = CELL * (columns if rows == 1 else COLUMNS)
    cell = width // columns
    at = [(cell // 2 + cell * (i % columns), TOP + ROW * (i // columns)) for i in range(len(shown))]
    last = shown[columns * (rows - 1) :]
    ends_low = any(isinstance(each, Node) and each.phase is not Phase.PLANNED for each in last)
    height = ROW * max(0, rows - 1) + (ROW if ends_low else LOW)
    return _drawn(shown, at, width, height)


def tall(nodes: Sequence[Node]) -> Picture:
    """From top to bottom, for a phone."""
    shown = folded(nodes)
    at = [(SIDE, SIDE + STEP * i) for i in range(len(shown))]
    return _drawn(shown, at, 340, STEP * max(1, len(shown)))


def _drawn(shown: Sequence[Node | int], at: Sequence[tuple[int, int]], width: int, height: int) -> Picture:
    dots = [
        Dot(x, y, None, hidden=each) if isinstance(each, int) else Dot(x, y, each)
        for each, (x, y) in zip(shown, at, strict=True)
    ]
    lines: list[Line] = []
    for one, two in pairwise(dots):
        to_come = two.node is not None and two.node.phase is Phase.PLANNED
        lines += _between(one, two, width, to_come)
    return Picture(width, height, dots, lines)


def _between(one: Dot, two: Dot, width: int, planned: bool) -> list[Line]:
    if one.x == two.x or one.y == two.y:
        return [Line(one.x, one.y, two.x, two.y, planned)]
    return [Line(one.x, one.y, width, one.y, planned), Line(0, two.y, two.x, two.y, planned)]
