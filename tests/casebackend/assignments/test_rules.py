from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from casebackend.assignments.rules import Candidate, Weights, ranked

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        user_id=st.uuids(),
        name=st.sampled_from(["甲", "乙", "丙", "丁"]),
        skilled=st.booleans(),
        handled_like=st.integers(0, 30),
        open_cases=st.integers(0, 30),
        served_customer=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda each: each.user_id,
)


WEIGHTS = Weights(skilled=40, customer=25, like=4, most_like=5, open=6, open_urgent=12)


def person(number: int, **other: object) -> Candidate:
    values = {"skilled": False, "handled_like": 0, "open_cases": 0, "served_customer": False} | other
    return Candidate(UUID(int=number), f"同事{number}", **values)  # type: ignore[arg-type]


def first(*candidates: Candidate, urgent: bool = False) -> str:
    return ranked(candidates, WEIGHTS, category="信用卡", urgent=urgent)[0].name


def test_who_knows_the_matter_comes_before_who_has_less_to_do() -> None:
    assert first(person(1), person(2, skilled=True, open_cases=3)) == "同事2"
    assert first(person(1), person(2, handled_like=4)) == "同事2"
    assert first(person(1, handled_like=5), person(2, served_customer=True)) == "同事2"


def test_load_counts_and_counts_double_when_it_is_urgent() -> None:
    assert first(person(1, open_cases=1), person(2)) == "同事2"
    assert first(person(1), person(2, skilled=True, open_cases=4)) == "同事2"
    assert first(person(1), person(2, skilled=True, open_cases=4), urgent=True) == "同事1"


def test_the_reasons_are_said_in_words() -> None:
    knows = person(1, skilled=True, handled_like=2, served_customer=True)
    [found] = ranked([knows], WEIGHTS, category="信用卡", urgent=True)
    assert found.why == (
        "擅长“信用卡”", "办理过2件同类投诉", "上次由其办理该客户的投诉", "目前没有在办投诉", "本件紧急，在办多的靠后",
    )  # fmt: skip


@given(CANDIDATES, st.booleans())
def test_the_order_is_total_and_does_not_depend_on_the_order_of_asking(
    candidates: list[Candidate], urgent: bool
) -> None:
    one = ranked(candidates, WEIGHTS, category="信用卡", urgent=urgent)
    assert ranked(reversed(candidates), WEIGHTS, category="信用卡", urgent=urgent) == one
    assert [each.score for each in one] == sorted((each.score for each in one), reverse=True)
    assert len(one) == len(candidates)
    assert all(each.why for each in one)
