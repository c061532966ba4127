"""The rows of an XLSX, written straight into the packed file, one after the other.

The library holds all cells of a sheet in memory (280 MB for 20,000 rows of ours), or writes them into files of its own
in plain text, where no customer's data may be. So it makes the sheet without its rows, and they are filled in."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence

from casebackend.exports.rules import Cell, is_dangerous

# What a cell of XLSX can hold; our cells are far shorter.
LONGEST_CELL = 32_000
CUT = "…（过长，已截断）"
AT_ONCE = 500
# Within a text of XLSX: what XML cannot hold, and what only looks like it.
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9a-fA-F]{4}_)")
SPECIMENS = re.compile(r'<c r="B\d+" s="(\d+)"/><c r="C\d+" s="(\d+)"/>')
DIMENSION = re.compile(r'<dimension ref="[^"]*"/>')


def filled(skeleton: bytes, tables: Sequence[tuple[int, int, Iterable[Sequence[Cell]]]]) -> bytes:
    """`tables`: of each sheet the row (from 1) where its rows begin, its columns, and the rows. The last row of a
    skeleton is the one below them; it has an empty cell of each of our two formats, which do not stay."""
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(skeleton)) as given, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as made:
        sheets = {f"xl/worksheets/sheet{place}.xml": table for place, table in enumerate(tables, 1)}
        for part in given.infolist():
            content = given.read(part)
            if part.filename in sheets:
                _sheet(made, part, content.decode(), *sheets[part.filename])
            else:
                made.writestr(part, content, zipfile.ZIP_DEFLATED)
    return into.getvalue()


def _sheet(
    made: zipfile.ZipFile, part: zipfile.ZipInfo, xml: str, first: int, columns: int, rows: Iterable[Sequence[Cell]]
) -> None:
    formats = SPECIMENS.search(xml)
    assert formats is not None
    head, row, tail = xml.rpartition("<row ")
    letters = [column(place) for place in range(columns)]
    last = re.search(r'r="(\d+)"', tail)
    assert last is not None
    head = DIMENSION.sub(f'<dimension ref="A1:{letters[-1]}{last[1]}"/>', head, count=1)
    info = zipfile.ZipInfo(part.filename, part.date_time)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, part.external_attr
    with made.open(info, "w") as file:
        file.write(head.encode())
        held: list[str] = []
        for number, cells in enumerate(rows, first):
            held.append(_row(number, cells, letters, formats[1], formats[2]))
            if len(held) >= AT_ONCE:
                file.write("".join(held).encode())
                held.clear()
        file.write("".join([*held, row, SPECIMENS.sub("", tail, count=1)]).encode())


def _row(number: int, cells: Sequence[Cell], letters: Sequence[str], plain: str, quoted: str) -> str:
    written = [_cell(f"{letter}{number}", cell, plain, quoted) for letter, cell in zip(letters, cells, strict=False)]
    return f'<row r="{number}">{"".join(written)}</row>'


def _cell(at: str, cell: Cell, plain: str, quoted: str) -> str:
    """A number, or a text: nothing is guessed from it, and none is a formula."""
    if isinstance(cell, int | float):
        return f'<c r="{at}" s="{plain}"><v>{cell!r}</v></c>'
    if not cell:
        return ""
    text = cell if len(cell) <= LONGEST_CELL else cell[:LONGEST_CELL] + CUT
    form = quoted if is_dangerous(text) else plain
    return f'<c r="{at}" s="{form}" t="inlineStr"><is><t xml:space="preserve">{escaped(text)}</t></is></c>'


def escaped(text: str) -> str:
    plain = UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def column(place: int) -> str:
    """A, B, … Z, AA."""
    return (column(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)
