from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.attachments.rules import LONGEST_NAME, UNSAFE, Scan, may_open, may_purge, normalised


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\fakepath\\凭证.PDF", "凭证.pdf"),
        ("..%2f..%2fx.html", "_2f.._2fx.pdf"),
        ("/", "附件.pdf"),
        ("", "附件.pdf"),
        ("...", "附件.pdf"),
        ("a\0b\r\nX: y.exe", "abX_ y.pdf"),
        ("\u202egpj.exe", "gpj.pdf"),
        ("CON.txt", "附件.pdf"),
        ("流水（3月）.xlsx.exe", "流水（3月）.xlsx.pdf"),
        ("<script>alert(1)</script>", "script_.pdf"),
        ("银" * 500 + ".png", "银" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_a_name_is_only_a_name_and_ends_as_its_content_says(sent: str, kept: str) -> None:
    assert normalised(sent, "pdf") == kept


@given(st.text(max_size=400))
def test_no_name_leads_out_of_a_folder_or_out_of_a_header(sent: str) -> None:
    kept = normalised(sent, "pdf")
    assert 5 <= len(kept) <= LONGEST_NAME
    assert kept.endswith(".pdf")
    assert not UNSAFE & set(kept)
    assert kept.isprintable() or " " in kept or "\u3000" in kept or not kept.isascii()
    assert not set("\r\n\0/\\") & set(kept)
    kept.encode()


def test_who_may_open_what_was_scanned_or_not() -> None:
    assert [scan for scan in Scan if may_open(scan, required=True)] == [Scan.CLEAN]
    assert [scan for scan in Scan if may_open(scan, required=False)] == [Scan.WAITING, Scan.CLEAN, Scan.UNSCANNED]


def test_bytes_go_only_after_their_time_and_never_under_a_hold() -> None:
    today, past = date(2031, 3, 3), date(2031, 3, 2)
    assert may_purge(retain_until=past, legal_hold=False, today=today)
    assert not may_purge(retain_until=today, legal_hold=False, today=today)
    assert not may_purge(retain_until=None, legal_hold=False, today=today)
    assert not may_purge(retain_until=past, legal_hold=True, today=today)
