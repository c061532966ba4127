import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.cases.rules import Status
from casebackend.forms.rules import Purpose, Variant, is_over, legible, needs_reason, substitute

FONT = frozenset(map(ord, "投诉 abc　，〔〕"))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("投诉", "投诉"),
        ("𠮷", "〔U+20BB7〕"),
        ("😀", "〔U+1F600〕"),
        ("a\u202eb", "a〔U+202E〕b"),
        ("a\u200bb", "a〔U+200B〕b"),
        ("\ue000", "〔U+E000〕"),
        ("\ud800", "〔U+D800〕"),
        ("a\r\nb\rc\u2028a", "a\nb\nc\na"),
        ("a\tb\u00a0c\u3000", "a    b c\u3000"),
    ],
)
def test_what_has_no_picture_stands_as_its_number(written: str, shown: str) -> None:
    assert legible(written, FONT) == shown


@given(st.text())
def test_nothing_vanishes(text: str) -> None:
    shown = legible(text, FONT)
    for each in text:
        if each not in "\r\n\t\v\f\x85\u2028\u2029" and unicodedata.category(each) != "Zs":
            assert each in shown or substitute(each) in shown


def test_a_closing_form_stands_for_what_is_over() -> None:
    over = {status for status in Status if is_over(status)}
    assert over == {Status.CLOSED, Status.ARCHIVED, Status.WITHDRAWN, Status.MERGED, Status.DECLINED}


def test_plain_values_and_unnamed_purposes_want_a_reason() -> None:
    assert needs_reason(Variant.FULL, Purpose.FILE)
    assert needs_reason(Variant.MASKED, Purpose.OTHER)
    assert not needs_reason(Variant.MASKED, Purpose.FILE)
