import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.postings import Phrasings, Postings

UNITS = [["年费", "年费", "扣"], ["催收", "电话"], ["年费", "电话", "转账", "错"]]


def plain_bm25(units: list[list[str]], term: str, unit: int, k1: float = 1.2, b: float = 0.75) -> float:
    frequency = sum(term in terms for terms in units)
    idf = math.log(1 + (len(units) - frequency + 0.5) / (frequency + 0.5))
    average = sum(map(len, units)) / len(units)
    count = units[unit].count(term)
    return idf * count * (k1 + 1) / (count + k1 * (1 - b + b * len(units[unit]) / average))


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("甲乙丙丁戊"), min_size=1, max_size=6), min_size=1, max_size=8))
def test_the_arrays_say_what_the_formula_says(units: list[list[str]]) -> None:
    postings = Postings()
    for unit in units:
        postings.add(unit)
        postings.score({"甲": 1.0})
    for term in "甲乙丙丁戊":
        expected = [plain_bm25(units, term, n) for n in range(len(units))]
        assert postings.score({term: 1.0}) == pytest.approx(expected, rel=1e-5)


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("甲乙丙丁"), min_size=1, max_size=6), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.sampled_from("甲乙戊")), max_size=8),
)
def test_what_a_unit_learns_later_counts_as_if_it_had_been_there(
    units: list[list[str]], later: list[tuple[int, str]]
) -> None:
    grown, whole = Postings(), Postings()
    for unit in units:
        grown.add(unit)
    grown.merge()
    for number, term in later:
        grown.extend(number % len(units), [term])
        grown.merge()
        units[number % len(units)].append(term)
    for unit in units:
        whole.add(unit)
    for term in "甲乙丙丁戊":
        assert grown.score({term: 1.0}) == pytest.approx(whole.score({term: 1.0}), rel=1e-5)


def test_a_single_way_of_asking_counts_as_the_formula_says_it_does() -> None:
    postings = Postings()
    for unit in UNITS:
        postings.add(unit)
    phrasings = Phrasings(postings.numbers)
    for unit in UNITS:
        phrasings.add(unit)
    weights = {"年费": postings.idf("年费"), "电话": postings.idf("电话"), "没见过": 9.0}
    expected = postings.score({"年费": 1.0, "电话": 1.0})
    assert phrasings.scores(weights, [2, 0, 1]) == pytest.approx(expected[np.array([2, 0, 1])], rel=1e-5)
    assert phrasings.scores({"催收": 1.0}, [0, 2]) == pytest.approx([0, 0])


def test_a_unit_holds_what_was_put_in_and_nothing_else() -> None:
    postings = Postings()
    for unit in UNITS:
        postings.add(unit)
    held = {(term, n) for n in range(3) for term in postings.held(["年费", "催收", "没见过"], n)}
    assert held == {("年费", 0), ("年费", 2), ("催收", 1)}


def test_weights_multiply_and_unknown_terms_score_nothing() -> None:
    postings = Postings()
    for unit in UNITS:
        postings.add(unit)
    once = postings.score({"催收": 1.0})
    assert postings.score({"催收": 2.0, "没见过": 9.0}) == pytest.approx(once * 2)


def test_the_rarer_term_tells_more_and_the_unknown_most() -> None:
    postings = Postings()
    for unit in UNITS:
        postings.add(unit)
    assert postings.idf("年费") < postings.idf("催收") < postings.idf("没见过")
