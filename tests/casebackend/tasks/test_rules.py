from hypothesis import given
from hypothesis import strategies as st

from casebackend.tasks.rules import Mode, RoundState, answers_for, decided, needed

ANSWERS = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=8)
AGREED, NOT_AGREED, OPEN = RoundState.AGREED, RoundState.NOT_AGREED, RoundState.OPEN


def test_all_need_everybody_any_needs_one_and_a_quorum_needs_its_number() -> None:
    assert decided(Mode.ALL, [True, True]) is AGREED
    assert decided(Mode.ALL, [True, None]) is OPEN
    assert decided(Mode.ALL, [False, None]) is NOT_AGREED
    assert decided(Mode.ANY, [False, True, None]) is AGREED
    assert decided(Mode.ANY, [False, None]) is OPEN
    assert decided(Mode.ANY, [False, False]) is NOT_AGREED
    assert decided(Mode.QUORUM, [True, None, None], 2) is OPEN
    assert decided(Mode.QUORUM, [True, False, True], 2) is AGREED
    assert decided(Mode.QUORUM, [False, False, None], 2) is NOT_AGREED


@given(ANSWERS, st.sampled_from(Mode), st.data())
def test_a_round_with_all_answers_is_decided_and_a_decision_stands(
    answers: list[bool | None], mode: Mode, data: st.DataObject
) -> None:
    quorum = data.draw(st.integers(1, len(answers)))
    now = decided(mode, answers, quorum)
    agreed, refused = answers.count(True), answers.count(False)
    assert (now is AGREED) == (agreed >= needed(mode, len(answers), quorum))
    if None not in answers:
        assert now is not OPEN
    if now is not OPEN:
        for late in (True, False):
            assert decided(mode, [late if each is None else each for each in answers], quorum) is now
    assert (now is NOT_AGREED) == (len(answers) - refused < needed(mode, len(answers), quorum))


def test_a_task_waits_for_the_person_or_for_those_of_the_unit_who_may_speak_for_it() -> None:
    handler = frozenset({"handler"})
    assert answers_for(task_unit=1, task_user=None, unit=1, user=9, roles=handler)
    assert not answers_for(task_unit=1, task_user=None, unit=2, user=9, roles=handler)
    assert not answers_for(task_unit=1, task_user=None, unit=1, user=9, roles=frozenset({"intake"}))
    assert not answers_for(task_unit=1, task_user=8, unit=1, user=9, roles=handler)
    assert answers_for(task_unit=1, task_user=9, unit=1, user=9, roles=frozenset({"intake"}))
    assert not answers_for(task_unit=None, task_user=None, unit=None, user=9, roles=handler)
    assert not answers_for(task_unit=None, task_user=None, unit=None, user=None, roles=handler)
