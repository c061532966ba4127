"""What is asked the same is found among many without a look at each of them, and nothing else is found."""

from collections.abc import Mapping
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from casebackend.curation import gate
from casebackend.curation.asked import Asked

QUESTIONS = st.text("卡费钱丢补办", min_size=1, max_size=8)
ENTRIES = st.dictionaries(st.sampled_from("abcdef"), st.lists(QUESTIONS, max_size=3), max_size=6)


def holding(said: Mapping[str, list[str]]) -> Asked:
    found = Asked()
    found.take(said)
    return found


@settings(deadline=None)
@given(ENTRIES, st.lists(QUESTIONS, max_size=3), st.integers(30, 100))
def test_it_finds_what_a_look_at_all_of_them_finds(said: dict[str, list[str]], mine: list[str], percent: int) -> None:
    known = holding(said)
    pairs = [(id, one, other) for id, others in said.items() for one, other in product(mine, others)]
    assert known.same(mine) == {id for id, one, other in pairs if gate.key(one) == gate.key(other)}
    near = {id for id, one, other in pairs if gate.share(one, other) * 100 >= percent}
    assert known.near(mine, percent=percent) == near


@settings(deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=5), st.lists(QUESTIONS, max_size=2), st.booleans())
def test_what_was_taken_step_by_step_is_what_is_taken_at_once(
    steps: list[dict[str, list[str]]],
    mine: list[str],
    looked: bool,
) -> None:
    known = Asked()
    for edition, said in enumerate(steps):
        known.take(said, edition)
        if looked:
            known.near(mine, percent=50)
    at_once = holding(steps[-1])
    assert known.same(mine) == at_once.same(mine)
    assert known.near(mine, percent=50) == at_once.near(mine, percent=50)


def test_who_read_an_older_state_takes_nothing_back() -> None:
    known = Asked()
    known.take({"new": ["卡掉了怎么补"]}, 7)
    known.take({}, 6)
    assert known.same(["卡掉了，怎么补？"]) == {"new"}


def test_what_many_others_ask_costs_a_question_next_to_nothing() -> None:
    """By the work, not by the clock: twenty times as many entries, a handful of comparisons."""
    subjects = [f"{a}{b}{c}" for a, b, c in product("甲乙丙丁戊己庚辛", "金木水火土风雷电", "鼠牛虎兔龙蛇马羊")]
    many = {f"e{n}-{k}": [f"{each}第{k}种业务怎么办"] for n, each in enumerate(subjects) for k in range(10)}
    compared: list[int] = []
    for said in ({id: many[id] for id in list(many)[:1_000]}, many):
        known = holding(said | {"twin": ["存单丢失以后怎样挂失"]})
        assert known.near(["存单丢失之后怎样挂失"], percent=70) == {"twin"}
        compared.append(len(known._held(known._under, known._telling("存单丢失之后怎样挂失", 70))))
    assert compared[1] == compared[0] <= 2
