from casebackend.reviews.rules import FIELDS, LIFECYCLE, MOVES, OPEN, STATES, Move, State, moves_from, review_number


def test_every_state_is_reached_and_only_the_last_ones_end() -> None:
    reached = {State.APPLIED, *(arrow.to for arrow in LIFECYCLE.values())}
    assert reached == set(State) == set(STATES)
    assert {state for state in State if not moves_from(state)} == {State.REJECTED, State.CLOSED} == set(State) - OPEN
    assert {move for _, move in LIFECYCLE} == set(Move) == set(MOVES)


def test_a_decision_looks_at_process_time_and_result() -> None:
    wanted = LIFECYCLE[State.REVIEWING, Move.DECIDE].requires
    assert {"findings_process", "findings_time", "findings_result"} <= set(wanted)
    assert all(name in FIELDS for arrow in LIFECYCLE.values() for name in arrow.requires)


def test_the_number_says_whose_review_it_is() -> None:
    assert review_number("TS20260302000001", 1) == "TS20260302000001-H1"
