from hypothesis import given
from hypothesis import strategies as st

from casebackend.forms.breaking import NOT_FIRST, lines


def measure(text: str) -> float:
    return sum(1.0 if ord(each) < 128 else 2.0 for each in text)


def test_chinese_breaks_anywhere_but_before_a_mark_and_words_stay_whole() -> None:
    assert lines("柜台多扣年费，请退", 12, measure) == ["柜台多扣年", "费，请退"]
    assert lines("柜台 overcharged 我", 13, measure) == ["柜台 ", "overcharged ", "我"]
    assert lines("第一\n\n第二", 20, measure) == ["第一", "", "第二"]
    assert lines("姓名〔U+20BB7〕", 12, measure) == ["姓名", "〔U+20BB7〕"]


def test_what_is_wider_than_a_line_is_cut() -> None:
    assert lines("x" * 25, 10, measure) == ["x" * 10, "x" * 10, "x" * 5]


@given(st.text(st.sampled_from("投诉，。ab 1〕\n"), max_size=80), st.integers(6, 30))
def test_every_word_is_said_once_and_within_the_width(text: str, width: int) -> None:
    broken = lines(text, width, measure)
    assert "".join(broken).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert all(measure(line) <= width for line in broken)


def test_a_mark_begins_no_line() -> None:
    broken = lines("退回年费，并书面道歉。" * 20, 20, measure)
    assert not [line for line in broken if line[0] in NOT_FIRST]
