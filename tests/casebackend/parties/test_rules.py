import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.parties.rules import (
    UNIFIED,
    ObjectKind,
    masked,
    normalised,
    right_paper,
    right_phone,
    right_unified_code,
)


@pytest.mark.parametrize(
    "number", ["13800138000", "010-66668888", "0531-88888888", "66668888", "4001234567", "01066668888-12"]
)
def test_a_number_that_can_be_called_is_right(number: str) -> None:
    assert right_phone(number)


@pytest.mark.parametrize("number", ["", "12345", "1380013800", "138001380001", "电话", "10000000000"])
def test_a_number_that_nobody_can_call_is_not(number: str) -> None:
    assert not right_phone(number)


def test_an_identity_card_is_held_to_its_check_digit_and_another_paper_to_its_shape() -> None:
    assert right_paper("110101199003070011")
    assert not right_paper("110101199003070012")
    assert right_paper("E12345678")
    assert not right_paper("不提供")


@given(st.text(alphabet=UNIFIED, min_size=17, max_size=17))
def test_exactly_one_last_character_makes_a_unified_code(stem: str) -> None:
    assert sum(right_unified_code(stem + last) for last in UNIFIED) == 1


def test_a_number_is_read_as_it_is_said() -> None:
    assert normalised(" １３８ 0013 8000 ") == "13800138000"


@given(st.text(alphabet="0123456789", min_size=7, max_size=19))
def test_a_mask_tells_no_more_than_the_end(value: str) -> None:
    for kind in (ObjectKind.CARD, ObjectKind.ACCOUNT):
        assert masked(kind, value) == f"**** {value[-4:]}"
    assert value not in masked(ObjectKind.POLICY, value)


@given(st.text(min_size=1, max_size=6))
def test_a_short_value_is_hidden_whole(value: str) -> None:
    assert masked(ObjectKind.CARD, value) == masked(ObjectKind.POLICY, value) == "****"
