"""F67: what leaves the house opens as text, and all of it is there."""

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from casebackend.exports.filling import CUT, LONGEST_CELL, column
from casebackend.exports.pages import paged
from casebackend.exports.rules import Cell, Format, Mark, Table, defused, is_dangerous, restored
from casebackend.exports.sheets import write
from tests.casebackend.exports.payloads import FORMULAS, PAYLOADS, evaluates

MARK = Mark("DC20260302000001", "赵主管", "8003", datetime(2026, 3, 2, 2, tzinfo=UTC), "3月 & 4月投诉分析会材料")
SAID = ["导出范围：投诉列表；全部；共 120 行"]
TABLE = Table(
    "投诉列表", ("编号", "内容", "件数"), [[f"TS{place}", text, place] for place, text in enumerate(PAYLOADS)]
)


def made(form: Format, mark: Mark, said: list[str], tables: list[Table]) -> bytes:
    into = io.BytesIO()
    write(form, mark, said, tables, into.write)
    return into.getvalue()


def opened(content: bytes) -> Any:
    """Its stubs know neither headers nor own properties."""
    return load_workbook(io.BytesIO(content))


def test_there_are_a_hundred_and_twenty_ways_and_each_would_run_as_it_is() -> None:
    assert len(set(PAYLOADS)) == 120
    assert sum(evaluates(each) for each in PAYLOADS) == 110  # behind an apostrophe it does not
    assert all(is_dangerous(each) for each in PAYLOADS if evaluates(each))


def test_no_cell_of_a_csv_is_a_formula_and_nothing_is_lost() -> None:
    content = made(Format.CSV, MARK, SAID, [TABLE])
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    assert [cell for row in rows for cell in row if evaluates(cell)] == []
    told = rows[3:-1]
    assert [restored(row[1]) for row in told] == list(PAYLOADS)
    assert [row[2] for row in told] == [str(place) for place in range(120)]
    assert rows[0] == rows[-1] == [MARK.line]
    assert rows[2] == ["编号", "内容", "件数"]


def test_quotes_commas_and_line_ends_stay_in_their_cell_as_rfc_4180_says() -> None:
    text = '他说"多扣了，两次"\r\n第二行,第三格'
    content = made(Format.CSV, MARK, [], [Table("一", ("甲", "乙"), [[text, "=1"]])]).decode("utf-8-sig")
    assert '"他说""多扣了，两次""\r\n第二行,第三格","\'=1"\r\n' in content


def test_no_cell_of_an_xlsx_is_a_formula_and_nothing_is_lost() -> None:
    content = made(Format.XLSX, MARK, SAID, [TABLE])
    sheet = load_workbook(io.BytesIO(content))["投诉列表"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    texts = [unescape(str(sheet.cell(row, 2).value)) for row in range(4, 124)]
    assert texts == list(PAYLOADS)
    # Even when somebody opens the cell and presses return.
    assert all(sheet.cell(row, 2).quotePrefix for row in range(4, 124) if PAYLOADS[row - 4][:1] != "'")
    assert [sheet.cell(row, 3).value for row in range(4, 124)] == list(range(120))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        xml = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
    assert [each for each in ("<f>", "<f ", "<hyperlinks", "<ddeLink") if each in xml] == []


def test_the_watermark_stands_first_last_on_paper_and_in_the_properties() -> None:
    book = opened(made(Format.XLSX, MARK, SAID, [TABLE]))
    sheet = book.worksheets[0]
    assert sheet["A1"].value == sheet.cell(sheet.max_row, 1).value == MARK.line
    for word in ("DC20260302000001", "赵主管（工号 8003）", "2026-03-02 10:00:00", "3月 & 4月投诉分析会材料"):
        assert word in MARK.line
    assert "赵主管" in str(sheet.oddHeader.left.text)
    assert "3月 && 4月" in str(sheet.oddFooter.left.text)
    assert (book.properties.creator, book.properties.subject) == ("赵主管（工号 8003）", MARK.purpose)
    assert book.custom_doc_props["导出编号"].value == MARK.number


def test_a_header_that_would_be_too_long_for_a_spreadsheet_is_cut_and_the_file_still_opens() -> None:
    long = Mark(MARK.number, "名" * 300, "8003", MARK.at, "&" * 100)
    book = opened(made(Format.XLSX, long, [], [TABLE]))
    assert len(str(book.worksheets[0].oddHeader.left.text)) < 255
    assert str(book.worksheets[0].oddFooter.left.text).count("&") % 2 == 0


def test_what_no_cell_can_hold_is_cut_and_says_so() -> None:
    sheet = load_workbook(
        io.BytesIO(made(Format.XLSX, MARK, [], [Table("一", ("甲",), [["长" * 40_000]])]))
    ).worksheets[0]
    assert str(sheet["A3"].value).endswith(CUT)
    assert len(str(sheet["A3"].value)) == LONGEST_CELL + len(CUT)


class Endless:
    """Rows that are nowhere but in the moment of their writing."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[list[str]]:
        return ([f"{number:07d}列{place}" * 3 for place in range(22)] for number in range(self.rows))


@pytest.mark.parametrize("form", Format)
def test_many_rows_are_not_held_all_at_once(form: Format) -> None:
    """The library alone takes 14 kB a row until the file is done: 28 MB for so many."""
    table = Table("投诉列表", [f"第{place}列" for place in range(22)], Endless(2_000))
    tracemalloc.start()
    write(form, MARK, SAID, [table], lambda _: None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_pages_are_read_as_they_were_put_in_as_often_as_one_likes() -> None:
    rows: list[list[Cell]] = [[f"TS{number}", None, number, number / 4, "\udc80"] for number in range(450)]
    pages = paged(rows, at_once=200)
    assert len(pages) == 450
    assert list(pages) == rows
    assert list(pages) == rows
    assert list(paged([])) == []


def test_columns_are_named_as_a_spreadsheet_names_them() -> None:
    assert [column(place) for place in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=1, max_size=20))
def test_every_text_comes_back_from_an_xlsx_as_it_was(texts: list[str]) -> None:
    sheet = opened(made(Format.XLSX, MARK, [], [Table("一", ("甲", "乙"), [[text, "末"] for text in texts])]))["一"]
    told = [unescape(str(sheet.cell(row, 1).value or "")) for row in range(3, 3 + len(texts))]
    assert told == texts
    assert sheet.cell(3 + len(texts), 1).value == MARK.line
    assert sheet.cell(3 + len(texts), 2).value is None


@given(st.text(alphabet=st.sampled_from([*"'=+-@\t\r\n＝＋－＠ a1\u3000\ufeff\u200b"]), max_size=8))
def test_every_text_comes_back_as_it_was_and_none_of_them_runs(text: str) -> None:
    assert restored(defused(text)) == text
    assert not evaluates(defused(text))


@pytest.mark.parametrize("text", ["", "投诉", "a=b", "12-34", "（-1）", "'引用'", *(f"见{each}" for each in FORMULAS)])
def test_what_no_spreadsheet_takes_for_a_formula_stays_as_it_is(text: str) -> None:
    assert defused(text) == text
