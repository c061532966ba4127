from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from casebackend.pickups.rules import ALPHABET, LENGTH, code_of, normalised, promise, remaining, shown


@given(st.integers(min_value=0, max_value=2**96 - 1))
def test_a_code_is_eight_letters_that_nobody_mistakes_and_reads_back_as_it_was_shown(number: int) -> None:
    code = code_of(f"{number:024x}")
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert not set(code) & set("01OIL")
    assert normalised(f" {shown(code).lower()} ") == code


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_without_a_fault(typed: str) -> None:
    assert normalised(normalised(typed)) == normalised(typed)


def test_full_width_letters_are_letters() -> None:
    assert normalised("ａｂ２３－４５６７") == "AB234567"


def test_the_promise_is_in_words_and_the_days_are_counted() -> None:
    assert promise(date(2026, 3, 20), "17:30") == "最晚 3 月 20 日 17:30 前答复"
    assert [remaining(date(2026, 3, 20), date(2026, 3, day)) for day in (18, 20, 23)] == [2, 0, -3]
