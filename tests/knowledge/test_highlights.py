from hypothesis import given
from hypothesis import strategies as st

from knowledge.highlights import EXCERPT, excerpt, highlight


def test_matched_words_are_marked_in_their_own_spelling() -> None:
    assert highlight("信用卡年費與ＡＴＭ", ["年费", "atm"]) == (
        ("信用卡", False),
        ("年費", True),
        ("與", False),
        ("ＡＴＭ", True),
    )


def test_overlapping_matches_are_one() -> None:
    assert highlight("小额账户管理费", ["账户", "账户管理", "管理费"]) == (("小额", False), ("账户管理费", True))


def test_markup_in_an_entry_stays_text() -> None:
    assert highlight("<b>年费</b>", ["年费"]) == (("<b>", False), ("年费", True), ("</b>", False))


def test_an_excerpt_shows_the_stretch_with_most_matches() -> None:
    text = "年费" + "无关" * 200 + "年费和管理费"
    shown = "".join(piece.text for piece in excerpt(text, ["年费", "管理费"]))
    assert shown.endswith("年费和管理费")
    assert len(shown) <= EXCERPT


@given(st.text(), st.lists(st.text(max_size=3), max_size=4))
def test_highlighting_never_changes_the_text(text: str, terms: list[str]) -> None:
    assert "".join(piece.text for piece in highlight(text, terms)) == text
