import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.customers.rules import ORDER, Kind, Level, mask, shown
from casebackend.disclosures.rules import level_of
from casebackend.disclosures.service import levels
from casebackend.staff.rules import CASE_ROLES, Role


@pytest.mark.parametrize(
    ("kind", "value", "masked", "partial"),
    [
        (Kind.ID_NUMBER, "110101199003070011", "1****************1", "110101********0011"),
        (Kind.CARD, "6222021234567890128", "**** 0128", "622202*********0128"),
        (Kind.ID_NUMBER, "E12345678", "E*******8", "E*******8"),
        (Kind.PHONE, "13800138000", "138****8000", "138****8000"),
        (Kind.NAME, "张三丰", "张**", "张**"),
        (Kind.EMAIL, "zhang@example.com", "z***@example.com", "z***@example.com"),
    ],
)
def test_what_each_level_shows(kind: Kind, value: str, masked: str, partial: str) -> None:
    assert [shown(kind, value, level) for level in ORDER] == ["***", masked, partial, value]


@given(st.sets(st.sampled_from([*Role, "nobody", "service:bot"])), st.sampled_from(Kind))
def test_no_set_of_posts_sees_more_than_its_highest_and_what_is_not_named_is_hidden(
    roles: set[str], kind: Kind
) -> None:
    level = level_of(levels(), roles, kind)
    assert level is max((level_of(levels(), {role}, kind) for role in roles), key=ORDER.index, default=Level.HIDDEN)
    if not roles & levels().keys():
        assert level is Level.HIDDEN


def test_nobody_sees_a_paper_or_a_card_in_full_and_administrators_see_nothing() -> None:
    assert set(levels()) <= CASE_ROLES
    assert {level_of(levels(), Role, kind) for kind in (Kind.ID_NUMBER, Kind.CARD)} == {Level.PARTIAL}
    known = {kind for named in levels().values() for kind in named}
    assert known == set(Kind) - {Kind.PICKUP}


def test_a_pick_up_code_is_its_customers_alone_whatever_posts_somebody_has() -> None:
    assert level_of(levels(), Role, Kind.PICKUP) is Level.HIDDEN


@given(st.text(alphabet="0123456789X", min_size=15, max_size=19), st.sampled_from([Kind.ID_NUMBER, Kind.CARD]))
def test_a_partial_value_hides_its_middle_and_keeps_its_length(value: str, kind: Kind) -> None:
    part = shown(kind, value, Level.PARTIAL)
    assert (len(part), part[:6], part[-4:]) == (len(value), value[:6], value[-4:])
    assert set(part[6:-4]) == {"*"}
    assert mask(kind, value) != value
