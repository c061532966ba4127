"""The table is compared with domain.md 5.1 and 5.2, written down here once more by hand."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from casebackend.cases import diagram
from casebackend.cases.model import Case, MoveForbidden, MoveNotAllowed
from casebackend.cases.rules import COUNTED_AS_CLOSED, IN_PROCESS, LIFECYCLE, OPEN, Clock, Move, Status, moves_from
from casebackend.cases.words import FIELD_LABELS, MOVE_LABELS, STATUS_LABELS
from tests.world import START

PROCESS = (
    "pending_review accepted dispatched investigating countersign suspended".split()  # noqa: SIM905
    + "proposed closure_review reply_pending replied follow_up".split()  # noqa: SIM905
)
WAYS = """
draft submit pending_review
pending_review accept accepted
pending_review return_to_draft draft
pending_review decline declined
accepted decline declined
accepted dispatch dispatched
dispatched receive investigating
dispatched send_back accepted
investigating transfer dispatched
investigating send_back accepted
investigating report_up dispatched
investigating ask_countersign countersign
countersign countersign_done investigating
investigating suspend suspended
suspended resume investigating
investigating propose proposed
investigating propose_reply reply_pending
proposed sign proposed
proposed approve_opinion closure_review
proposed return_for_rework investigating
closure_review return_for_rework investigating
closure_review approve_reply reply_pending
reply_pending reply replied
replied plan_followup follow_up
replied close_without_followup closed
follow_up close closed
closed reopen investigating
merged unmerge pending_review
closed archive archived
declined archive archived
withdrawn archive archived
merged archive archived
"""
DOMAIN = {tuple(line.split()) for line in WAYS.split("\n") if line}
UNANSWERED = [status for status in PROCESS if status not in ("replied", "follow_up")]
DOMAIN |= {(status, "withdraw", "withdrawn") for status in [*UNANSWERED, "draft"]}
DOMAIN |= {(status, "merge", "merged") for status in [*UNANSWERED, "draft"]}
DOMAIN |= {(status, "edit", "draft") for status in UNANSWERED}
DOMAIN |= {(str(status), "void", "voided") for status in Status if status not in ("archived", "voided")}


def a_case(status: Status) -> Case:
    return Case(status=status, status_changed_at=START)


def test_the_table_is_the_one_of_the_domain() -> None:
    assert {(str(s), str(m), str(arrow.to)) for (s, m), arrow in LIFECYCLE.items()} == DOMAIN


def test_every_pair_of_status_and_move_does_what_the_table_says() -> None:
    for status, move in product(Status, Move):
        case = a_case(status)
        arrow = LIFECYCLE.get((status, move))
        if arrow is None:
            with pytest.raises(MoveNotAllowed) as refusal:
                case.move(move, roles={"system_admin", "reviewer", "system"}, at=START)
            assert refusal.value.extensions["allowed"] == moves_from(status)
            assert case.status == status
            continue
        with pytest.raises(MoveForbidden):
            case.move(move, roles={"curator"}, at=START)
        assert case.status == status
        case.move(move, roles={sorted(arrow.by)[0]}, at=START)
        assert case.status == arrow.to


def test_processing_is_what_the_domain_calls_processing() -> None:
    assert {str(status) for status in IN_PROCESS} == set(PROCESS)
    assert {Status.DRAFT} == OPEN - IN_PROCESS
    assert not OPEN & COUNTED_AS_CLOSED
    assert OPEN | COUNTED_AS_CLOSED | {Status.VOIDED} == set(Status)


def test_every_status_can_be_reached_and_only_two_are_ends() -> None:
    reached = {Status.DRAFT}
    while more := {arrow.to for (status, _), arrow in LIFECYCLE.items() if status in reached} - reached:
        reached |= more
    assert reached == set(Status)
    assert {status for status in Status if not moves_from(status)} == {Status.ARCHIVED, Status.VOIDED}


def test_the_legal_clock_stops_exactly_where_the_duty_ends() -> None:
    stopping = {move for (_, move), arrow in LIFECYCLE.items() if Clock.LEGAL in arrow.stops}
    assert stopping == {Move.DECLINE, Move.REPLY, Move.WITHDRAW, Move.MERGE, Move.VOID, Move.SUSPEND}
    starting = {move for (_, move), arrow in LIFECYCLE.items() if Clock.LEGAL in arrow.starts}
    assert starting == {Move.SUBMIT, Move.RESUME, Move.REOPEN, Move.EDIT, Move.UNMERGE}


def test_the_bot_and_the_system_decide_nothing() -> None:
    """They may register, route, survey and archive, and carry out what people have decided: a countersign that all have
    answered, a recusal that somebody declared, a review that orders to handle it once more, the end
    of a master that others were merged into. Accepting is theirs for a second complaint only."""
    automatic = {move for (_, move), arrow in LIFECYCLE.items() if arrow.by & {"system", "customer"}}
    assert automatic == {
        Move.SUBMIT, Move.ACCEPT, Move.DISPATCH, Move.PLAN_FOLLOWUP, Move.CLOSE_WITHOUT_FOLLOWUP, Move.CLOSE,
        Move.ARCHIVE, Move.WITHDRAW, Move.COUNTERSIGN_DONE, Move.SEND_BACK, Move.REOPEN, Move.UNMERGE,
    }  # fmt: skip


@pytest.mark.parametrize("move", [Move.DECLINE, Move.RETURN_TO_DRAFT, Move.SEND_BACK, Move.TRANSFER, Move.EDIT])
def test_whoever_stops_or_returns_a_case_says_why(move: Move) -> None:
    assert all("opinion" in arrow.requires for (_, each), arrow in LIFECYCLE.items() if each is move)


def test_everything_has_a_chinese_name() -> None:
    assert set(STATUS_LABELS) == set(Status)
    assert set(MOVE_LABELS) == set(Move)
    assert {field for arrow in LIFECYCLE.values() for field in arrow.requires} <= set(FIELD_LABELS)


def test_the_published_diagram_is_the_table() -> None:
    assert Path("docs/case-lifecycle.md").read_text() == diagram.document()


ROLES = sorted({role for arrow in LIFECYCLE.values() for role in arrow.by})


class AnyDay(RuleBasedStateMachine):
    """Whatever anybody tries in whatever order, the case only goes where the domain lets it go."""

    def __init__(self) -> None:
        super().__init__()
        self.case = a_case(Status.DRAFT)
        self.way = [str(Status.DRAFT)]

    @rule(move=st.sampled_from(Move), roles=st.frozensets(st.sampled_from(ROLES), max_size=4))
    def try_anything(self, move: Move, roles: frozenset[str]) -> None:
        before = self.case.status
        try:
            self.case.move(move, roles=roles, at=START)
        except (MoveNotAllowed, MoveForbidden):
            assert self.case.status == before
        else:
            assert (str(before), str(move), str(self.case.status)) in DOMAIN
            self.way.append(str(self.case.status))

    @rule(data=st.data())
    def do_something_allowed(self, data: st.DataObject) -> None:
        allowed = moves_from(Status(self.case.status))
        if allowed:
            move = data.draw(st.sampled_from(allowed))
            roles = LIFECYCLE[Status(self.case.status), move].by
            self.try_anything(move, roles)

    @invariant()
    def an_end_is_an_end(self) -> None:
        assert not {"archived", "voided"} & set(self.way[:-1])

    @invariant()
    def nobody_is_told_without_a_decision(self) -> None:
        if "replied" in self.way:
            assert "reply_pending" in self.way[: self.way.index("replied")]


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
