"""What the pages show of a file: pictures made anew, and the first pages of a PDF."""

import io
import sys

import pytest
from fpdf import FPDF
from PIL import Image

from casebackend.attachments import previews
from casebackend.attachments.previews import LONGEST_SIDE, preview
from tests.casebackend.attachments import samples

PDF = "application/pdf"


def document(pages: int, *, password: str | None = None) -> bytes:
    made = FPDF()
    for number in range(pages):
        made.add_page()
        made.set_font("helvetica", size=40)
        made.cell(text=f"Page {number + 1}")
    if password:
        made.set_encryption(owner_password=password, user_password=password)
    return bytes(made.output())


def shown(content: bytes, kind: str) -> Image.Image | None:
    made = preview(io.BytesIO(content), kind)
    return None if made is None else Image.open(io.BytesIO(made))


def test_the_first_pages_of_a_pdf_stand_one_below_another_and_no_more_than_three() -> None:
    one, two, many = (shown(document(pages), PDF) for pages in (1, 2, 9))
    assert one is not None
    assert two is not None
    assert many is not None
    assert one.format == "JPEG"
    assert one.width == two.width == many.width
    assert one.height < two.height < many.height < one.height * 3.2
    assert min(one.convert("L").tobytes()) < 100


@pytest.mark.parametrize(
    "content",
    [samples.PDF, b"%PDF-1.7\n", document(1)[:400], document(1, password="geheim-9")],
    ids=["script", "empty", "torn", "locked"],
)
def test_of_a_pdf_that_cannot_be_drawn_there_is_no_picture(content: bytes) -> None:
    assert shown(content, PDF) is None


def test_a_pdf_that_takes_too_long_or_kills_its_drawer_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever native code does over a stranger's file ends in a program of its own."""
    monkeypatch.setattr(previews, "SECONDS_OF_PDF", 0.01)
    assert shown(document(1), PDF) is None
    monkeypatch.undo()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert shown(document(1), PDF) is None


def test_a_photo_is_large_enough_to_be_read_and_not_larger() -> None:
    made = shown(samples.picture("JPEG", (4_000, 3_000)), "image/jpeg")
    assert made is not None
    assert max(made.size) == LONGEST_SIDE
