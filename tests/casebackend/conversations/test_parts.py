"""F68: which words of a conversation tell of which complaint."""

from uuid import UUID, uuid4

import pytest

from casebackend.conversations.parts import Begun, Said, left_out, stretches

MINE, OTHERS = uuid4(), uuid4()
BOTH = [Begun(2, MINE), Begun(6, OTHERS)]


def said(seq: int, *names: UUID, answers: UUID | None = None) -> Said:
    return Said(UUID(int=seq), seq, answers, frozenset(names))


TALK = [said(seq) for seq in range(1, 10)]


def test_from_where_another_complaint_begins_the_words_are_of_that_one() -> None:
    assert left_out(TALK, BOTH, {OTHERS}, live_from=None) == {6, 7, 8, 9}
    assert left_out(TALK, BOTH, {MINE}, live_from=None) == {2, 3, 4, 5}
    assert left_out(TALK, BOTH, set(), live_from=None) == frozenset()


def test_what_was_said_before_any_complaint_is_nobodys_secret() -> None:
    assert 1 not in left_out(TALK, BOTH, {MINE, OTHERS}, live_from=None)


@pytest.mark.parametrize("names", [(OTHERS,), (OTHERS, MINE)])
def test_a_number_in_the_words_and_the_answer_to_them_counts_more_than_the_place(names: tuple[UUID, ...]) -> None:
    talk = [*TALK[:3], said(4, *names), said(5, answers=UUID(int=4)), said(7, MINE), said(8, answers=UUID(int=7))]
    assert left_out(talk, BOTH, {OTHERS}, live_from=None) == {4, 5}


def test_who_talks_with_the_customer_reads_the_live_talk_whatever_it_is_about() -> None:
    assert left_out(TALK, BOTH, {OTHERS}, live_from=8) == {6, 7}


def test_what_was_given_up_and_begun_anew_is_one_matter() -> None:
    begun = [Begun(2, MINE), Begun(5, None, given_up=True), Begun(7, OTHERS), Begun(9, None, given_up=True)]
    assert stretches(begun) == [Begun(2, MINE), Begun(5, OTHERS), Begun(9, None, given_up=True)]
    assert left_out(TALK, begun, {OTHERS}, live_from=None) == {5, 6, 7, 8}
