"""From content to the bytes of a PDF. Takes some tenths of a second: callers leave the event loop alone."""

import gc
from dataclasses import dataclass

from casebackend.forms.breaking import lines
from casebackend.forms.content import Block, Content, Field, Grid, Signatures, Stamp, Table, Text
from casebackend.forms.sealing import Sealer
from casebackend.forms.sheet import FOOT, INK, LEFT, QUIET, SHADE, WIDTH, Sheet, height_of

SIZE, PAD, LABEL, GAP = 9.5, 1.15, 27.0, 2.4
HALF = WIDTH / 2
LINE = height_of(SIZE)
MOST_LINES = 40
NOTE = "注：〔U+…〕为打印字库中没有或不可见的字符，其中为该字符的国际编码（Unicode）。"

type Cell = tuple[float, list[str], bool]


@dataclass(frozen=True, slots=True)
class Paper:
    """`page_seals`: in the order of the pages; `seal`: of all the bytes."""

    content: bytes
    page_seals: tuple[str, ...]
    seal: str


def draw(content: Content, stamp: Stamp, seal: Sealer) -> Paper:
    paper = _drawn(content, stamp, seal)
    gc.collect()  # the parts of a font point at one another: 20 MB a print would wait for it, up to 300 MB (measured)
    return paper


def _drawn(content: Content, stamp: Stamp, seal: Sealer) -> Paper:
    pen = Pen(Sheet(content, stamp))
    for block in content.blocks:
        pen.block(block)
    if pen.substituted:
        pen.note(NOTE)
    seals = pen.sheet.finish(seal)
    made = bytes(pen.sheet.output())
    return Paper(made, seals, seal(made))


class Pen:
    """Goes down the page; `y` is where the next line begins."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.substituted = False
        self.y = sheet.begin()

    def block(self, block: Block) -> None:
        match block:
            case Grid():
                self._heading(block.heading)
                self._grid(block.fields)
            case Text():
                self._heading(block.heading)
                self._text(block.text)
            case Table():
                self._heading(block.heading)
                self._table(block)
            case Signatures():
                self._signatures(block.names)
        self.y += GAP

    def note(self, text: str) -> None:
        self._room(LINE)
        self.sheet.say(LEFT, self.y, text, 8, QUIET)

    def _room(self, needed: float) -> None:
        if self.y + needed > FOOT:
            self.y = self.sheet.begin()

    def _heading(self, words: str) -> None:
        """Never alone at the end of a page."""
        self._room(LINE * 4)
        self.sheet.say(LEFT, self.y, words, 10.5, strong=True)
        self.y += height_of(10.5) + 0.8

    def _broken(self, text: str, width: float) -> list[str]:
        clean = self.sheet.clean(text.strip()) or "—"
        self.substituted = self.substituted or (clean != text.strip() and "〔U+" in clean)
        return lines(clean, width - 2 * PAD, lambda piece: self.sheet.wide(piece, SIZE))

    def _grid(self, fields: tuple[Field, ...]) -> None:
        row: list[Cell] = []
        for place, each in enumerate(fields):
            following = fields[place + 1] if place + 1 < len(fields) else None
            alone = each.wide or (not row and (following is None or following.wide))
            width = WIDTH if alone else HALF
            row += [(LABEL, self._broken(each.label, LABEL), True)]
            row += [(width - LABEL, self._broken(each.value, width - LABEL), False)]
            if alone or len(row) == 4:
                self._row(row)
                row = []

    def _table(self, table: Table) -> None:
        share = WIDTH / sum(part for _, part in table.columns)
        widths = [part * share for _, part in table.columns]
        titles = [title for title, _ in table.columns]
        head = [(width, self._broken(title, width), True) for width, title in zip(widths, titles, strict=True)]
        self._row(head)
        for row in table.rows:
            cells = [(width, self._broken(cell, width), False) for width, cell in zip(widths, row, strict=True)]
            self._row(cells, head)

    def _row(self, cells: list[Cell], head: list[Cell] | None = None) -> None:
        """Goes on over the page where it is very high; `head` is said again on each page that it comes to."""
        tallest = max(len(broken) for _, broken, _ in cells)
        start, keep = 0, tallest if tallest <= MOST_LINES else 1
        while start < tallest:
            fits = int((FOOT - self.y - 2 * PAD) / LINE)
            if fits < min(keep, tallest - start):
                self.y = self.sheet.begin()
                if head is not None:
                    self._boxes(head, 1)
                continue
            part = min(fits, tallest - start)
            self._boxes([(width, broken[start : start + part], label) for width, broken, label in cells], part)
            start += part

    def _boxes(self, cells: list[Cell], count: int) -> None:
        high, x = count * LINE + 2 * PAD, LEFT
        self.sheet.set_draw_color(*INK)
        self.sheet.set_line_width(0.2)
        self.sheet.set_fill_color(*SHADE)
        for width, broken, label in cells:
            self.sheet.rect(x, self.y, width, high, style="DF" if label else "D")
            for place, line in enumerate(broken):
                self.sheet.say(x + PAD, self.y + PAD + place * LINE, line, SIZE, QUIET if label else INK)
            x += width
        self.y += high

    def _text(self, text: str) -> None:
        self._row([(WIDTH, self._broken(text, WIDTH), False)])

    def _signatures(self, names: tuple[str, ...]) -> None:
        high = 21.0
        self._room(high + 2)
        width = WIDTH / len(names)
        self.sheet.set_draw_color(*INK)
        self.sheet.set_line_width(0.2)
        for place, name in enumerate(names):
            x = LEFT + place * width
            self.sheet.rect(x, self.y, width, high, style="D")
            self.sheet.say(x + PAD, self.y + PAD, name, 9, QUIET)
            self.sheet.say(x + PAD, self.y + high - LINE - PAD, "日期：　　年　　月　　日", 8.5, QUIET)
        self.y += high
