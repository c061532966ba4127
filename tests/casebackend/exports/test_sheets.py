"""F67: what leaves the house opens as text, and all of it is there."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from casebackend.exports.rules import Format, Mark, Table, defused, is_dangerous, restored
from casebackend.exports.sheets import CUT, LONGEST_CELL, made
from tests.casebackend.exports.payloads import FORMULAS, PAYLOADS, evaluates

MARK = Mark("DC20260302000001", "赵主管", "8003", datetime(2026, 3, 2, 2, tzinfo=UTC), "3月 & 4月投诉分析会材料")
SAID = ["导出范围：投诉列表；全部；共 120 行"]
TABLE = Table(
    "投诉列表", ("编号", "内容", "件数"), [[f"TS{place}", text, place] for place, text in enumerate(PAYLOADS)]
)


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


@given(st.text(alphabet=st.sampled_from([*"'=+-@\t\r\n＝＋－＠ a1\u3000\ufeff\u200b"]), max_size=8))
def test_every_text_comes_back_as_it_was_and_none_of_them_runs(text: str) -> None:
    assert restored(defused(text)) == text
    assert not evaluates(defused(text))


@pytest.mark.parametrize("text", ["", "投诉", "a=b", "12-34", "（-1）", "'引用'", *(f"见{each}" for each in FORMULAS)])
def test_what_no_spreadsheet_takes_for_a_formula_stays_as_it_is(text: str) -> None:
    assert defused(text) == text
