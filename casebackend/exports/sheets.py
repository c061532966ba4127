"""Tables as a file: the watermark first, last, on each printed page and among the properties. Nothing of it is ever a
formula, and nothing touches the disk in plain text: rows go from page to page into the packed or sealed file."""

import csv
import io
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import xlsxwriter

from casebackend.exports.filling import LONGEST_CELL, filled
from casebackend.exports.rules import NOTICE, Cell, Format, Mark, Table, defused

# The letters that a header of a printed page may have, with its own marks.
LONGEST_HEADER = 255
WIDEST, NARROWEST = 48, 10
# So many letters of a CSV are held before they are written.
PIECE = 256 * 1024


type Write = Callable[[bytes], object]


def write(form: Format, mark: Mark, said: Sequence[str], tables: Sequence[Table], into: Write) -> None:
    """`said`: lines on what the file holds, below the watermark. To be called in a thread where it is long."""
    if form is Format.CSV:
        as_csv(mark, said, tables, into)
    else:
        into(as_xlsx(mark, said, tables))


class _Lines:
    """What a writer of CSV writes to: line by line to the file, some at once."""

    def __init__(self, into: Write) -> None:
        self._into, self._held = into, io.StringIO("\ufeff", newline="")
        self._held.seek(0, io.SEEK_END)

    def write(self, line: str) -> None:
        self._held.write(line)
        if self._held.tell() >= PIECE:
            self.flush()

    def flush(self) -> None:
        self._into(self._held.getvalue().encode())
        self._held = io.StringIO(newline="")


def as_csv(mark: Mark, said: Sequence[str], tables: Sequence[Table], into: Write) -> None:
    """RFC 4180 in UTF-8; the mark of the encoding in front is for Excel."""
    written = _Lines(into)
    sheet = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    sheet.writerow([defused(mark.line)])
    sheet.writerows([defused(line)] for line in said)
    for place, table in enumerate(tables):
        if len(tables) > 1:
            sheet.writerows([[], [defused(table.title)]] if place else [[defused(table.title)]])
        sheet.writerow([defused(each) for each in table.headings])
        sheet.writerows([defused(_text(cell)) for cell in row] for row in table.rows)
    sheet.writerow([defused(mark.line)])
    written.flush()


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def as_xlsx(mark: Mark, said: Sequence[str], tables: Sequence[Table]) -> bytes:
    into = io.BytesIO()
    # Nothing is guessed from a text: no formula, no link, no number.
    never = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(into, never) as book:
        book.set_properties(
            {
                "title": f"{tables[0].title} {mark.number}",
                "subject": mark.purpose,
                "author": mark.who,
                "keywords": mark.number,
                "comments": mark.line,
                "category": NOTICE,
            }
        )
        for name, value in (("导出编号", mark.number), ("导出人", mark.who), ("导出时间", mark.moment)):
            book.set_custom_property(name, value[:LONGEST_HEADER], "text")
        for table in tables:
            _sheet(book, mark, said, table)
    first = len(said) + 3
    return filled(into.getvalue(), [(first, len(table.headings), table.rows) for table in tables])


def _sheet(book: Any, mark: Mark, said: Sequence[str], table: Table) -> None:
    """All but the rows of the table; in the last row a cell of each format for them."""
    sheet = book.add_worksheet(table.title)
    quiet, head = book.add_format({"font_color": "#5d6d80"}), book.add_format({"bold": True, "bottom": 1})
    plain = book.add_format({"valign": "top"})
    # A cell with it stays a text even when somebody opens it and presses return.
    quoted = book.add_format({"valign": "top", "quote_prefix": True})
    top = [mark.line, *said]
    for place, line in enumerate(top):
        sheet.write_string(place, 0, line[:LONGEST_CELL], quiet)
    for column, heading in enumerate(table.headings):
        sheet.write_string(len(top), column, heading, head)
    last = len(top) + 1 + len(table.rows)
    sheet.write_string(last, 0, mark.line[:LONGEST_CELL], quiet)
    sheet.write_blank(last, 1, None, plain)
    sheet.write_blank(last, 2, None, quoted)
    for column, width in enumerate(_widths(table)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(len(top) + 1, 0)
    sheet.repeat_rows(len(top))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(_printed("&L", f"{mark.number} {mark.who} {mark.moment}", "&R" + NOTICE))
    sheet.set_footer(_printed("&L", f"用途：{mark.purpose}", "&R&P/&N"))


def _widths(table: Table) -> list[int]:
    """By the first rows; a letter of ours is two wide."""
    sample = [table.headings, *islice(iter(table.rows), 200)]
    return [
        min(max((_wide(_text(row[column])) for row in sample), default=0) + 2, WIDEST) if column else NARROWEST * 2
        for column in range(len(table.headings))
    ]


def _wide(text: str) -> int:
    return sum(2 if ord(letter) > 255 else 1 for letter in text[:WIDEST])


def _printed(left: str, words: str, right: str) -> str:
    """An ampersand means something in a header. What is too long is cut: Excel refuses the file otherwise."""
    room = LONGEST_HEADER - len(left) - len(right)
    escaped = words.replace("&", "&&")
    while len(escaped) > room:
        words = words[:-1]
        escaped = words.replace("&", "&&")
    return left + escaped + right
