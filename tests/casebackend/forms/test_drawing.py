import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pypdf import PdfReader
from segno import make

from tests.casebackend.forms.paper import NUMBER, STAMP, drawn, inside, pages_of, said

LONG = "柜台多扣了我信用卡年费，柜员态度很差，要求退回并书面道歉。"


def test_a_page_says_whose_paper_it_is_and_which_page_of_how_many() -> None:
    paper = drawn(LONG * 120, rows=30)
    pages = pages_of(paper.content)
    assert 3 <= len(pages) == len(paper.page_seals) == len(set(paper.page_seals))
    for place, page in enumerate(pages, 1):
        assert f"第{place}页共{len(pages)}页" in page
        assert {True} == {each in page for each in (NUMBER, STAMP.serial, "李坐席（agent）客服中心", "2026-03-0210:00")}
        seal = paper.page_seals[place - 1]
        assert f"页校验码{seal[:32]}" in page
    assert "投诉登记表" in pages[0]
    assert "投诉登记表（续）" in pages[1]
    body = "".join(page.split(NUMBER, 1)[1] for page in pages)
    assert body.count("柜台多扣了我信用卡年费") >= 110  # some are broken by the end of a line of the page
    assert sum(page.count("校验值") for page in pages) >= 2  # the head of a table goes on with it


def test_the_same_prints_the_same_bytes_and_another_hour_only_other_stamps() -> None:
    paper, later = drawn(LONG), replace(STAMP, when=STAMP.when + timedelta(hours=1), who="吴行长（executive）总行")
    assert drawn(LONG) == paper
    other = drawn(LONG, stamp=later)
    assert other.seal != paper.seal
    assert other.page_seals != paper.page_seals
    stamps = ("李坐席（agent）客服中心", "吴行长（executive）总行", "2026-03-0210:00:00", "2026-03-0211:00:00")
    first, second = said(paper.content).split("页校验码")[0], said(other.content).split("页校验码")[0]
    for each in (*stamps, "2026-03-0210:00", "2026-03-0211:00"):
        first, second = first.replace(each, ""), second.replace(each, "")
    assert first == second


def test_rare_and_hostile_characters_are_seen_and_break_nothing() -> None:
    rare = "堃喆〇龘㐂𬎆𠮷龜體臺灣"
    text = f"{rare}，😀👨‍👩‍👧，\u202e反\u2066向\u0000\ud800，{{nb}} **粗** (\\) %TINGSU，𪚥\U00030000é̂z̃"
    paper = drawn(text, name="𪚥" * 80)
    words = said(paper.content)
    assert rare in words
    for each in ("1F600", "200D", "202E", "2066", "0000", "D800", "2A6A5", "30000"):
        assert f"〔U+{each}〕" in words, each
    assert "{nb}**粗**(\\)%TINGSU" in words
    assert words.count("〔U+2A6A5〕") == 81
    assert "注：〔U+…〕为" in words
    assert "注：〔U+" not in said(drawn(rare).content)


def test_a_text_without_end_goes_over_pages_and_an_empty_one_is_a_dash() -> None:
    pages = pages_of(drawn("岁" * 20_000, "").content)
    assert sum(page.count("岁") for page in pages) == 20_000
    assert "经过1—" in "".join(pages)


def test_the_font_comes_with_the_file_and_nothing_else_is_told_of_it() -> None:
    reader = PdfReader(io.BytesIO(drawn(LONG).content))
    held: list[Any] = [each.get_object() for page in reader.pages for each in _fonts(page)]
    [name] = {str(each["/BaseFont"]) for each in held}
    assert "NotoSansCJK" in name
    for each in held:
        described = each["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(described)
    assert reader.metadata is not None
    assert set(reader.metadata) <= {"/Title", "/Creator", "/Producer", "/CreationDate"}
    assert reader.metadata.title == f"投诉登记表 {NUMBER}"
    assert not reader.attachments


def _fonts(page: Any) -> list[Any]:
    return list(page["/Resources"]["/Font"].values())


def test_the_picture_holds_the_number_alone() -> None:
    """As many black squares as the code of the number has, each where it belongs."""
    rows = [list(row) for row in make(NUMBER, error="m", micro=False).matrix]
    side = 21 / len(rows)
    wanted = {
        (round(171 + across * side, 1), round(14 + down * side, 1))
        for down, row in enumerate(rows)
        for across, dark in enumerate(row)
        if dark
    }
    drawn_there = set()
    for line in inside(drawn(LONG).content).decode("latin-1").splitlines():
        parts = line.split()
        if len(parts) == 6 and parts[4:] == ["re", "f"]:
            x, top, width = (float(each) / 72 * 25.4 for each in parts[:3])
            if abs(width - side) < 0.01:
                drawn_there.add((round(x, 1), round(297 - top, 1)))
    assert drawn_there == wanted
